"""Faults of cabling: edits of the lines of a link list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.plants import Project, Row, fault

if TYPE_CHECKING:
    from random import Random

COMPUTE, PLANES = "links/compute.csv", "links/planes.csv"
COUNTS = "CAP007"
"""The base claims how many links there are: a cable more or less also shows there."""
LOST = ("TOP001", "TOP003", "TOP005", COUNTS)
"""A line that cannot be read is a cable that is missing."""


def hosts(rows: list[Row]) -> list[int]:
    """Return the numbers of the lines from nodes to leaves."""
    return [i for i, row in enumerate(rows) if row["a_device"].startswith("gpu")]


def uplinks(rows: list[Row]) -> list[int]:
    """Return the numbers of the lines from leaves to spines."""
    return [i for i, row in enumerate(rows) if row["a_device"].startswith("leaf")]


def exchange(rows: list[Row], one: int, other: int) -> None:
    """Exchange the far ends of two lines."""
    for key in ("z_device", "z_port"):
        rows[one][key], rows[other][key] = rows[other][key], rows[one][key]


def change(project: Project, rng: Random, column: str, value: str, name: str = COMPUTE) -> None:
    """Change one column of a random line."""
    rows = project.rows(name)
    rng.choice(rows)[column] = value
    project.put_rows(rows, name)


@fault("cabled", "TOP003", COUNTS)
def uplink_removed(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    del rows[rng.choice(uplinks(rows))]
    project.put_rows(rows, COMPUTE)


@fault("cabled", "TOP005", COUNTS)
def uplinks_too_few(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    per_pair = rng.randint(1, 6)
    seen: dict[tuple[str, str], int] = {}
    kept = []
    for row in rows:
        pair = row["a_device"], row["z_device"]
        seen[pair] = seen.get(pair, 0) + 1
        if not row["a_device"].startswith("leaf") or seen[pair] <= per_pair:
            kept.append(row)
    project.put_rows(kept, COMPUTE)


@fault("cabled", "TOP005", "TOP003", COUNTS)
def one_leaf_oversubscribed(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    leaf = f"leaf{rng.randint(1, 8)}"
    mine = [i for i in uplinks(rows) if rows[i]["a_device"] == leaf]
    lost = set(rng.sample(mine, rng.randint(3, 10)))
    project.put_rows([row for i, row in enumerate(rows) if i not in lost], COMPUTE)


@fault("cabled", "TOP001", COUNTS)
def host_cable_removed(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    del rows[rng.choice(hosts(rows))]
    project.put_rows(rows, COMPUTE)


@fault("cabled", "TOP001", "TOP003", "TOP005", COUNTS)
def leaf_isolated(project: Project, rng: Random) -> None:
    leaf = f"leaf{rng.randint(1, 8)}"
    rows = [row for row in project.rows(COMPUTE) if row["a_device"] != leaf]
    project.put_rows(rows, COMPUTE)


@fault("cabled", "TOP001", "TOP003", "TOP005", COUNTS)
def spine_without_cables(project: Project, rng: Random) -> None:
    spine = f"spine{rng.randint(1, 4)}"
    rows = [row for row in project.rows(COMPUTE) if row["z_device"] != spine]
    project.put_rows(rows, COMPUTE)


@fault("cabled", "TOP006")
def host_cables_swapped_between_rails(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    one = rng.choice(hosts(rows))
    other = rng.choice([i for i in hosts(rows) if rows[i]["a_port"] != rows[one]["a_port"]])
    exchange(rows, one, other)
    project.put_rows(rows, COMPUTE)


@fault("cabled", "TOP006")
def host_cable_on_the_leaf_of_another_rail(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    row = rows[rng.choice(hosts(rows))]
    leaf = rng.choice([f"leaf{n}" for n in range(1, 9) if f"leaf{n}" != row["z_device"]])
    row["z_device"], row["z_port"] = leaf, rng.choice(["31", "32"])
    project.put_rows(rows, COMPUTE)


@fault("cabled", "TOP003")
def uplinks_swapped(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    one = rng.choice(uplinks(rows))
    different = [
        i
        for i in uplinks(rows)
        if rows[i]["a_device"] != rows[one]["a_device"] and rows[i]["z_device"] != rows[one]["z_device"]
    ]
    exchange(rows, one, rng.choice(different))
    project.put_rows(rows, COMPUTE)


@fault("cabled", "PRT001")
def switch_port_used_twice(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    one = rng.randrange(len(rows))
    same = [i for i, row in enumerate(rows) if i != one and row["z_device"] == rows[one]["z_device"]]
    rows[one]["z_port"] = rows[rng.choice(same)]["z_port"]
    project.put_rows(rows, COMPUTE)


@fault("cabled", "PRT001", "TOP001", "TOP006")
def node_port_used_twice(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    one = rng.choice(hosts(rows))
    same = [i for i in hosts(rows) if i != one and rows[i]["a_device"] == rows[one]["a_device"]]
    rows[one]["a_port"] = rows[rng.choice(same)]["a_port"]
    project.put_rows(rows, COMPUTE)


@fault("cabled", "PRT001", "IDN007", "TOP003", COUNTS)
def line_written_twice(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    rows.insert(rng.randrange(len(rows)), dict(rng.choice(rows)))
    project.put_rows(rows, COMPUTE)


@fault("cabled", "IDN006", *LOST)
def port_that_is_not_there(project: Project, rng: Random) -> None:
    change(project, rng, "z_port", rng.choice(["99", "0", "1/3", "cage1", "p 1", "66x"]))


@fault("cabled", "SCH004", *LOST)
def device_that_is_not_there(project: Project, rng: Random) -> None:
    change(project, rng, "z_device", rng.choice(["laef1", "leaf9", "leaf01", "spine 1", "Leaf1", ""]))


@fault("cabled", "PRT004", "PRT002", "CBL002", "TOP003", "TOP005", "TOP006")
def cable_on_a_slow_port(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    rng.choice(rows)["z_port"] = rng.choice(["s1", "s2"])
    project.put_rows(rows, COMPUTE)


@fault("cabled", "CBL001")
def cable_too_short(project: Project, rng: Random) -> None:
    change(project, rng, "length_m", rng.choice(["1", "2", "3", "0.5"]))


@fault("cabled", "CBL002")
def cable_beyond_its_reach(project: Project, rng: Random) -> None:
    change(project, rng, "length_m", str(rng.randint(101, 300)), rng.choice([COMPUTE, PLANES]))


@fault("cabled", "CBL002")
def copper_where_glass_was_meant(project: Project, rng: Random) -> None:
    change(project, rng, "medium", "dac")


@fault("cabled", "PRT002", "PRT004", "PRT005", "CBL002")
def plug_that_does_not_fit(project: Project, rng: Random) -> None:
    change(project, rng, "medium", rng.choice(["cat6a", "sfp28-dac", "dr4-500m"]))


@fault("cabled", "SCH004")
def medium_that_is_not_there(project: Project, rng: Random) -> None:
    change(project, rng, "medium", rng.choice(["dr5", "DR4", "fibre"]))


@fault("cabled", "TOP008")
def planes_crossed_at_one_node(project: Project, rng: Random) -> None:
    rows = project.rows(PLANES)
    one = rng.randrange(0, 60, 2)
    exchange(rows, one, one + 1)
    project.put_rows(rows, PLANES)


@fault("cabled", "TOP008", "TOP001", "TOP003")
def uplinks_swapped_between_planes(project: Project, rng: Random) -> None:
    rows = project.rows(PLANES)
    exchange(rows, rng.randrange(60, 76), rng.randrange(76, 92))
    project.put_rows(rows, PLANES)


@fault("cabled", "TOP008", "TOP003")
def uplink_to_the_other_plane(project: Project, rng: Random) -> None:
    rows = project.rows(PLANES)
    row = rows[rng.randrange(60, 92)]
    row["z_device"], row["z_port"] = (
        {"top1": "top2", "top2": "top1"}[row["z_device"]],
        str(rng.randint(17, 64)),
    )
    project.put_rows(rows, PLANES)


@fault("cabled", "TOP002", "TOP008")
def cable_between_planes(project: Project, rng: Random) -> None:
    rows = project.rows(PLANES)
    more = {"a_device": "plane1", "z_device": "plane2", "medium": "dr4", "length_m": "10", "cable_id": "X1"}
    ports = {"a_port": str(rng.randint(50, 64)), "z_port": str(rng.randint(50, 64))}
    rows.insert(rng.randrange(len(rows)), {key: (more | ports)[key] for key in rows[0]})
    project.put_rows(rows, PLANES)


@fault("cabled", "TOP008", "TOP001")
def both_ports_of_a_node_in_one_plane(project: Project, rng: Random) -> None:
    rows = project.rows(PLANES)
    row = rows[rng.randrange(1, 60, 2)]
    row["z_device"], row["z_port"] = "plane1", rng.choice(["31", "32", "60"])
    project.put_rows(rows, PLANES)


@fault("cabled", "TOP002", "TOP001", "TOP006", "TOP003", COUNTS)
def node_on_a_spine(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    up, host = rng.choice(uplinks(rows)), rng.choice(hosts(rows))
    end = rows[up]["z_device"], rows[up]["z_port"]
    del rows[up]
    rows[host]["z_device"], rows[host]["z_port"] = end
    project.put_rows(rows, COMPUTE)


@fault("cabled", "TOP002", "TOP003", COUNTS)
def uplink_between_two_leaves(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    row = rows[rng.choice(uplinks(rows))]
    row["z_device"] = rng.choice([f"leaf{n}" for n in range(1, 9) if f"leaf{n}" != row["a_device"]])
    row["z_port"] = rng.choice(["31", "32"])
    project.put_rows(rows, COMPUTE)


@fault("cabled", "TOP002", "TOP001", "TOP008", COUNTS)
def compute_port_on_a_switch_of_the_planes(project: Project, rng: Random) -> None:
    rows = project.rows(COMPUTE)
    row = rows[rng.choice(hosts(rows))]
    row["z_device"], row["z_port"] = f"plane{rng.randint(1, 2)}", str(rng.randint(50, 64))
    project.put_rows(rows, COMPUTE)


@fault("cabled", "TOP001", "TOP002", "TOP008", "SCH004", COUNTS)
def plane_port_on_a_leaf_of_the_rails(project: Project, rng: Random) -> None:
    rows = project.rows(PLANES)
    row = rows[rng.randrange(60)]
    row["z_device"], row["z_port"] = f"leaf{rng.randint(1, 8)}", rng.choice(["31", "32"])
    project.put_rows(rows, PLANES)


@fault("cabled", "IDN007")
def cable_id_twice(project: Project, rng: Random) -> None:
    name = rng.choice([COMPUTE, PLANES])
    rows = project.rows(name)
    one, other = rng.sample(range(len(rows)), 2)
    rows[one]["cable_id"] = rows[other]["cable_id"]
    project.put_rows(rows, name)


@fault("cabled", "IDN007")
def cable_id_in_two_lists(project: Project, rng: Random) -> None:
    rows, others = project.rows(COMPUTE), project.rows(PLANES)
    rng.choice(rows)["cable_id"] = rng.choice(others)["cable_id"]
    project.put_rows(rows, COMPUTE)


@fault("cabled", "SCH003")
def length_that_is_no_number(project: Project, rng: Random) -> None:
    change(project, rng, "length_m", rng.choice(["15 m", "fifteen", "1,5", "NaN", "-3", "1e400", "0"]))


@fault("cabled", "SCH003", "SCH008", *LOST)
def column_without_its_name(project: Project, rng: Random) -> None:
    column = rng.choice(["a_device", "a_port", "z_device", "z_port"])
    project.replace(column, rng.choice([column.upper() + "S", column.replace("_", ""), "x"]), COMPUTE)


@fault("cabled", "SCH003", *LOST)
def quote_that_does_not_end(project: Project, rng: Random) -> None:
    lines = project.text(COMPUTE).split("\n")
    at = rng.randrange(1, len(lines) - 1)
    lines[at] = '"' + lines[at]
    project.put("\n".join(lines), COMPUTE)
