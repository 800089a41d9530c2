"""A project on which a fault is planted: its files as text, and the edits that a person could make.

Nothing here knows the program under test: files are changed as text, as YAML data or as rows of a CSV.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

ROOT = Path(__file__).parents[2]
MANIFEST = "cluster.yaml"
BASES = {
    "cabled": ROOT / "tests" / "faults" / "base",
    "pocket": ROOT / "inventories" / "pocket",
    "superpod-h100": ROOT / "inventories" / "superpod-h100",
    "scalex": ROOT / "inventories" / "scalex",
}
KEPT = {".yaml", ".yml", ".csv"}

Row = dict[str, str]


class Loader(yaml.SafeLoader):
    """Reads YAML as version 1.2 has it, so that what is written again is what was read."""


CORE = {
    "tag:yaml.org,2002:bool": ("true|false", "tf"),
    "tag:yaml.org,2002:int": ("[-+]?[0-9]+", "-+0123456789"),
    "tag:yaml.org,2002:float": (r"[-+]?[0-9]+\.[0-9]+(e[-+]?[0-9]+)?", "-+0123456789"),
    "tag:yaml.org,2002:null": ("null|~|", ["n", "~", ""]),
}
Loader.yaml_implicit_resolvers = {}
for _tag, (_pattern, _first) in CORE.items():
    Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))


@cache
def files_of(base: str) -> dict[str, bytes]:
    """Return the files of a base cluster: manifest, parts and link lists, by path."""
    root = BASES[base]
    found = (p for p in sorted(root.rglob("*")) if p.suffix in KEPT and "rendered" not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in found}


@dataclass(slots=True)
class Project:
    """The files of a cluster, and options of the command line."""

    files: dict[str, bytes]
    options: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write the project."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    # -- text --------------------------------------------------------------------------------------------------

    def text(self, name: str = MANIFEST) -> str:
        """Return a file as text."""
        return self.files[name].decode()

    def put(self, text: str, name: str = MANIFEST) -> None:
        """Replace a file."""
        self.files[name] = text.encode()

    def replace(self, old: str, new: str, name: str = MANIFEST) -> None:
        """Replace the first occurrence of a text that must be there."""
        text = self.text(name)
        if old not in text:
            raise LookupError(f"{old!r} is not in {name}")
        self.put(text.replace(old, new, 1), name)

    def substitute(self, pattern: str, new: str | Callable[[re.Match[str]], str], rng: Random) -> None:
        """Replace one match of a pattern in the manifest, taken at random; comments are no place for a fault."""
        text = self.text()
        found = [m for m in re.finditer(pattern, text) if "#" not in _before(text, m.start())]
        match = rng.choice(found)
        put = match.expand(new) if isinstance(new, str) else new(match)
        self.put(text[: match.start()] + put + text[match.end() :])

    def append(self, text: str, name: str = MANIFEST) -> None:
        """Add text at the end of a file."""
        self.put(self.text(name).rstrip("\n") + "\n" + text, name)

    # -- data --------------------------------------------------------------------------------------------------

    def data(self, name: str = MANIFEST) -> dict[str, Any]:
        """Return a YAML file as data."""
        loaded: dict[str, Any] = yaml.load(self.text(name), Loader)  # noqa: S506 - a safe loader with fewer types
        return loaded

    def dump(self, data: dict[str, Any], name: str = MANIFEST) -> None:
        """Write data as a YAML file."""
        self.put(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=200), name)

    def set(self, path: str, value: object, name: str = MANIFEST) -> None:
        """Set one value by its path (`a/b/c`); mappings on the way are made."""
        data = self.data(name)
        *above, last = path.split("/")
        at = data
        for key in above:
            at = at.setdefault(key, {})
        at[last] = value
        self.dump(data, name)

    def get(self, path: str, name: str = MANIFEST) -> Any:
        """Return one value by its path."""
        at: Any = self.data(name)
        for key in path.split("/"):
            at = at[key]
        return at

    def drop(self, path: str, name: str = MANIFEST) -> None:
        """Take one entry out by its path."""
        data = self.data(name)
        *above, last = path.split("/")
        at = data
        for key in above:
            at = at[key]
        del at[last]
        self.dump(data, name)

    # -- lists -------------------------------------------------------------------------------------------------

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a CSV file."""
        return list(csv.DictReader(io.StringIO(self.text(name))))

    def put_rows(self, rows: list[Row], name: str) -> None:
        """Write rows as a CSV file."""
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        self.put(out.getvalue(), name)


def _before(text: str, at: int) -> str:
    return text[text.rfind("\n", 0, at) + 1 : at]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: on which base, the code that must be found, and what may be found with it."""

    name: str
    base: str
    code: str
    companions: frozenset[str]
    plant: Callable[[Project, Random], None]


KINDS: list[Kind] = []


def fault(base: str, code: str, *companions: str) -> Callable[[Any], Any]:
    """Register a function that plants a fault; its name is the name of the kind."""

    def register(plant: Any) -> Any:
        name = plant.__name__.replace("_", " ")
        if any(kind.name == name for kind in KINDS):
            raise ValueError(f"there are two kinds called {name}")
        KINDS.append(Kind(name, base, code, frozenset(companions), plant))
        return plant

    return register
