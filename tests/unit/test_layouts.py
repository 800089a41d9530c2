"""Laws of port layouts: lanes, kinds of equal ports, chosen modes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cluster_spec.catalog.layouts import layout, modes_missing
from cluster_spec.catalog.ports import mode_ports
from cluster_spec.catalog.runs import gaps
from cluster_spec.catalog.store import open_part
from cluster_spec.model.parts import ROLES, CageType, Part


def opened(name: str) -> Part:
    """Return a bundled part."""
    part = open_part(name, None, Path()).value
    assert part is not None
    return part


def test_a_twin_cage_gives_two_ports_of_half_its_lanes() -> None:
    """2x400 on eight lanes is two ports of four lanes at 100 Gb/s."""
    ports = layout(opened("nvidia-qm9700"), 0).ports[:2]
    assert [(p.label, p.lane, p.lanes, p.rate, p.lane_rate) for p in ports] == [
        ("1/1", 0, 4, 400 * 10**9, 100 * 10**9),
        ("1/2", 4, 4, 400 * 10**9, 100 * 10**9),
    ]


def test_cage_and_half_are_columns() -> None:
    """Ports count cages from 0 and halves from 0; a port without a cage has -1 for both."""
    made = layout(opened("nvidia-qm9700"), 3)
    assert made.part == 3
    assert made.cage[:4].tolist() == [0, 0, 1, 1]
    assert made.half[:4].tolist() == [0, 1, 0, 1]
    assert (made.cage[64], made.half[64]) == (-1, -1)


def test_columns_cannot_be_changed() -> None:
    """Layouts are shared, so their columns are read-only."""
    with pytest.raises(ValueError, match="read-only"):
        layout(opened("nvidia-qm9700"), 0).kind[0] = 9


def test_equal_ports_share_a_kind_and_others_do_not() -> None:
    """All data ports of a switch are one kind; management and console are kinds of their own."""
    kind = layout(opened("nvidia-qm9700"), 0).kind
    assert np.unique(kind[:64]).size == 1
    assert np.unique(kind).size == 3


def test_ports_in_cages_of_other_modes_differ_in_kind() -> None:
    """What a cage could do is part of a port's kind, for breakout and plug rules."""
    part = opened("switch-48x1-4x25")
    kind = layout(part, 0).kind
    roles = layout(part, 0).role
    assert np.unique(kind[roles == ROLES.index("fabric")]).size == 2


def test_a_chosen_mode_replaces_the_ports_of_its_cage_in_place() -> None:
    """One cage of a scaleFabric switch at 800 Gb/s leaves 79 ports, numbered without a hole."""
    part = opened("sugon-scalefabric-80x400")
    made = layout(part, 0, {"cage2": "1x800"})
    fabric = [p for p in made.ports if p.role == "fabric"]
    assert [p.label for p in fabric[:5]] == ["1/1", "1/2", "2", "3/1", "3/2"]
    assert [p.number for p in fabric] == list(range(1, 80))
    assert fabric[2].lanes == 8


def test_all_cages_of_a_zone_may_change() -> None:
    """Forty cages at 1x800 are forty ports."""
    part = opened("sugon-scalefabric-80x400")
    made = layout(part, 0, {cage.label: "1x800" for cage in part.cages})
    assert int((made.role == ROLES.index("fabric")).sum()) == 40


def test_what_a_choice_asks_in_vain_is_named() -> None:
    """A cage or a mode that the part does not have is named, and `layout` refuses it."""
    part = opened("sugon-scalefabric-80x400")
    asked = {"cage1": "3x100", "cage99": "1x800", "cage2": "1x800"}
    assert modes_missing(part, asked) == ["cage1 3x100", "cage99"]
    with pytest.raises(KeyError):
        layout(part, 0, asked)


def test_lanes_that_do_not_divide_are_unknown() -> None:
    """Three ports of a four-lane cage have no lane count and no lane rate."""
    cage = CageType("c1", form="qsfp112", modes={"3x100": ""}, lanes=4)
    assert {(p.lanes, p.lane_rate) for p in mode_ports(cage, 0, "3x100", 1)} == {(None, None)}


def test_a_declared_port_takes_the_mode_of_its_rate() -> None:
    """The in-band port of a DGX H100 runs 100 Gb/s on four lanes of 25 Gb/s NRZ."""
    port = next(p for p in opened("nvidia-dgx-h100").ports if p.label == "inband0")
    assert (port.lanes, port.lane_rate, port.modulation) == (4, 25 * 10**9, "NRZ")


def test_ports_of_one_bundle_are_two_halves() -> None:
    """The eight compute ports of a DGX fill both halves of its four cages once."""
    made = layout(opened("nvidia-dgx-h100"), 0)
    compute = made.role == ROLES.index("compute")
    pairs = set(zip(made.cage[compute].tolist(), made.half[compute].tolist(), strict=True))
    assert pairs == {(cage, half) for cage in range(4) for half in range(2)}


@pytest.mark.parametrize(
    ("labels", "missing"),
    [
        (["1", "2", "4"], ("3",)),
        (["1/1", "1/2", "2/2"], ("2/1",)),
        (["1", "2", "sfp49", "sfp50"], ()),
        (["eth0", "swp1", "swp2"], ()),
        ([], ()),
    ],
)
def test_holes_in_labels_are_found_within_a_skeleton(labels: list[str], missing: tuple[str, ...]) -> None:
    """Labels that differ in numbers only fill the product of their numbers."""
    assert gaps(labels) == missing
