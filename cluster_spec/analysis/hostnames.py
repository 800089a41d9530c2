"""Names in bulk: which are no host names, and which two things share; patterns decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.names import spell_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cluster_spec.model.namespace import NameGroup

LABEL = 63
NAME = 253
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


def flaw(group: NameGroup) -> str | None:
    """Return why the names of a group are no host names; its longest member speaks for all.

    Numbers and letters of brackets are legal everywhere, so the literals and the lengths decide.
    """
    name = longest(group)
    if len(name) > NAME:
        return f"{len(name)} characters, a host name has at most {NAME}"
    for label in name.split("."):
        if len(label) > LABEL:
            return f"a label of {len(label)} characters, at most {LABEL} are allowed"
        if not _LABEL.fullmatch(label):
            stray = re.search(r"[^A-Za-z0-9-]", label)
            return f"`{stray[0]}` in it" if stray else "a label that begins or ends with `-` or is empty"
    return None


def longest(group: NameGroup) -> str:
    """Return a name as long as the longest of a group, with other digits."""
    name = group.literals[0]
    for literal, width, letter, column in zip(
        group.literals[1:], group.widths, group.letters, group.columns, strict=True
    ):
        digits = 1 if letter or not column.size else max(width, len(str(int(column.max()))))
        name += "0" * digits + literal
    return name


def repeated(groups: Iterable[NameGroup]) -> list[np.ndarray]:
    """Return sets of rows whose names are equal when case is ignored."""
    groups = [g for g in groups if g.count]
    lettered = {_skeleton(g, letters=True) for g in groups if any(g.letters)}
    buckets: dict[str, list[NameGroup]] = {}
    for group in groups:
        rough = _skeleton(group, letters=True) if lettered else ""
        key = rough if rough in lettered and lettered else _skeleton(group, letters=False)
        buckets.setdefault(key, []).append(group)
    found: list[np.ndarray] = []
    for bucket in buckets.values():
        if len(bucket) > 1 or not _distinct(bucket[0]):
            found += _spelled_twice(bucket)
    return found


def _skeleton(group: NameGroup, *, letters: bool) -> str:
    """Return what names can have in common: literals, with all that brackets may print made one mark."""
    text = "0".join(group.literals).lower()
    return re.sub(r"[0-9a-z]+", "@", text) if letters else re.sub(r"[0-9]+", "#", text)


def _distinct(group: NameGroup) -> bool:
    """Whether the coordinates alone show that no name of a group occurs twice."""
    if not group.columns:
        return group.count < 2  # noqa: PLR2004 - one name
    inner = group.literals[1:-1]
    if any(not text or text[0].isdigit() or text[-1].isdigit() for text in inner):
        return False
    packed = np.zeros(group.count, dtype=np.int64)
    room = 1
    for column in group.columns:
        low, span = int(column.min()), int(column.max()) - int(column.min()) + 1
        room *= span
        if room >= 2**62:
            return False
        packed = packed * span + (column - low)
    if bool((packed[1:] > packed[:-1]).all()):
        return True
    if room <= 8 * group.count + 1024:
        return int(np.bincount(packed).max()) == 1
    return distinct(packed).size == packed.size


def _spelled_twice(bucket: list[NameGroup]) -> list[np.ndarray]:
    rows = np.concatenate([np.arange(g.first, g.first + g.count) for g in bucket])
    texts = np.concatenate([_spell(g) for g in bucket])
    names = np.char.lower(texts) if any(t.lower() != t for g in bucket for t in g.literals) else texts
    if any(any(g.letters) for g in bucket):
        names = np.char.lower(texts)
    order = np.argsort(names, kind="stable")
    same = np.flatnonzero(names[order][1:] == names[order][:-1])
    if not same.size:
        return []
    breaks = np.flatnonzero(np.diff(same) > 1) + 1
    return [np.sort(rows[order[run[0] : run[-1] + 2]]) for run in np.split(same, breaks)]


def _spell(group: NameGroup) -> np.ndarray:
    if not group.columns:
        return np.array([group.literals[0].encode()])
    return spell_bytes(group.literals, group.columns, group.widths, group.letters)
