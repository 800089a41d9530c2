"""Writes the link lists of the base cluster by formula; run by the update of generated files."""

from __future__ import annotations

NODES, RAILS, SPINES, UPLINKS, PLANES, RISERS = 30, 8, 4, 32, 2, 16
HEAD = "a_device,a_port,z_device,z_port,medium,length_m,cable_id"
PITCH, FIXED = 0.8, 10.0
"""Metres between rack slots; upper bound of the vertical runs, the side transfer and the slack of one cable."""
SOLD = (10, 15, 20, 25, 30)
LEAF_SLOT, SPINE_SLOT = 11, 12


def _length(slot_a: int, slot_z: int) -> int:
    need = abs(slot_a - slot_z) * PITCH + FIXED
    return next(length for length in SOLD if length >= need)


def _slot(node: int) -> int:
    return node // 3 + 1


def compute_list() -> str:
    """Return the list of the compute fabric: rail i of every node on leaf i, uplinks dealt out over the spines."""
    rows = [HEAD]
    rows += [
        f"gpu{n + 1:02},rail{r},leaf{r + 1},{n + 1},dr4,{_length(_slot(n), LEAF_SLOT)},C{n * RAILS + r + 1:04}"
        for n in range(NODES)
        for r in range(RAILS)
    ]
    for leaf in range(RAILS):
        for up in range(UPLINKS):
            k = leaf * UPLINKS + up
            end = f"spine{k % SPINES + 1},{k // SPINES + 1}"
            rows.append(f"leaf{leaf + 1},{33 + up},{end},dr4,{_length(LEAF_SLOT, SPINE_SLOT)},U{k + 1:04}")
    return "\n".join(rows) + "\n"


def planes_list() -> str:
    """Return the list of the two planes: port i of every node on switch i, and its uplinks to its own top."""
    rows = [HEAD]
    rows += [
        f"gpu{n + 1:02},plane{p},plane{p + 1},{n + 1},dr4,{_length(_slot(n), SPINE_SLOT)},P{n * PLANES + p + 1:04}"
        for n in range(NODES)
        for p in range(PLANES)
    ]
    rows += [
        f"plane{p + 1},{33 + up},top{p + 1},{up + 1},dr4,{_length(SPINE_SLOT, LEAF_SLOT)},R{p * RISERS + up + 1:04}"
        for p in range(PLANES)
        for up in range(RISERS)
    ]
    return "\n".join(rows) + "\n"


LISTS = {"compute.csv": compute_list, "planes.csv": planes_list}
