"""The pipeline that a first attempt would be: everything imported, an object per cable, a graph library.

`python naive.py cables.yaml` reads a list of cables with PyYAML's C loader, makes a pydantic object of each, and asks
networkx whether every port is used once and everything is connected. It stands beside the bench as a measure.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import networkx as nx
import yaml
from pydantic import BaseModel, ConfigDict, Field


class Cable(BaseModel):
    """One cable as a list names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    a_device: str = Field(pattern=r"^[a-z0-9-]+$")
    a_port: str
    z_device: str = Field(pattern=r"^[a-z0-9-]+$")
    z_port: str
    medium: str
    length_m: float = Field(gt=0)
    cable_id: str


class Listing(BaseModel):
    """The whole list."""

    cables: list[Cable]


def check(listing: Listing) -> list[str]:
    """Return what is wrong: ports that are used twice, switches of unlike degree, parts that are apart."""
    graph = nx.MultiGraph()
    ports: Counter[tuple[str, str]] = Counter()
    for cable in listing.cables:
        graph.add_edge(cable.a_device, cable.z_device, length=cable.length_m)
        ports.update([(cable.a_device, cable.a_port), (cable.z_device, cable.z_port)])
    found = [f"{device} {port}: used {n} times" for (device, port), n in ports.items() if n > 1]
    found += [f"{device}: {degree} cables" for device, degree in graph.degree() if degree > 80]
    if not nx.is_connected(graph):
        found.append("the network is in several parts")
    return found


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        document = yaml.load(file, Loader=yaml.CSafeLoader)
    sys.stdout.write("\n".join(check(Listing.model_validate(document))))
