"""Small clusters of explicit switches and a link list, for tests that change single links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.api import load_cluster

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.model.cluster import Cluster

Link = tuple[str, str, str, str]

MANIFEST = """\
clusterspec: 1
name: listed
nodes: {{"n[1-{nodes}]": {{part: nvidia-dgx-b200}}}}
fabrics:
  net:
    role: compute
    protocol: infiniband
{rate}
{more}
    endpoints: {{gpus: {{nodes: "n[*]", ports: "{ports}", coordinates: {{{coordinates}}}}}}}
    switches:
{switches}
    links: links.csv
"""


def cage(number: int) -> str:
    """Return the label of a port of a QM9700 by its number from 0."""
    return f"{number // 2 + 1}/{number % 2 + 1}"


def clos(leaves: int, spines: int, nodes: int, uplinks: int, ports: int) -> list[Link]:
    """Return the links of two tiers: port p of every node on leaf p modulo leaves, uplinks in turn."""
    links: list[Link] = []
    used: dict[str, int] = {}

    def port(switch: str) -> str:
        used[switch] = used.get(switch, -1) + 1
        return cage(used[switch])

    for node in range(1, nodes + 1):
        for number in range(ports):
            leaf = f"leaf{number % leaves + 1}"
            links.append((f"n{node}", f"compute{number}", leaf, port(leaf)))
    for number in range(1, leaves + 1):
        for up in range(uplinks):
            leaf, spine = f"leaf{number}", f"spine{up % spines + 1}"
            links.append((leaf, port(leaf), spine, port(spine)))
    return links


def build(
    folder: Path,
    links: list[Link],
    switches: dict[str, int],
    *,
    nodes: int = 2,
    ports: str = "compute[0-7]",
    coordinates: str = "rail: port",
    rate: str = "    rate: 400 Gb/s",
    more: str = "    homing: single",
    part: str = "nvidia-qm9700",
) -> Path:
    """Write the manifest and its list; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f'      "{role}[1-{count}]": {{part: {part}, role: {role}}}' for role, count in switches.items()]
    text = MANIFEST.format(
        nodes=nodes, ports=ports, coordinates=coordinates, rate=rate, more=more, switches="\n".join(lines)
    )
    rows = ["a_device,a_port,z_device,z_port", *(",".join(link) for link in links)]
    (folder / "cluster.yaml").write_text(text, encoding="utf-8")
    (folder / "links.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def loaded(folder: Path) -> Cluster:
    """Return the cluster of a folder."""
    outcome = load_cluster(folder)
    assert outcome.value is not None, outcome.findings
    return outcome.value
