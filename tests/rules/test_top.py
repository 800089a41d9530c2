"""Rules of topology on small clusters: what is found, where, by how much, and what is left undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cluster_spec.api import validate
from cluster_spec.testing import decided, state, validate_text
from tests.support.listed import Link, build, clos

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.diagnostics import Finding, Report

TWO = {"leaf": 2, "spine": 2}
TIERS = "fabrics: {{compute: {{{more}topology: {{tiers: {{{tiers}}}}}}}}}"


def _report(folder: Path) -> Report:
    return validate(folder)[0]


def _found(report: Report, code: str) -> list[Finding]:
    return [f for f in report.findings if f.code == code]


def _one(report: Report, code: str) -> Finding:
    found = _found(report, code)
    assert len(found) == 1, [f.message for f in found]
    return found[0]


def _swap(links: list[Link], first: int, second: int) -> list[Link]:
    links = list(links)
    a, b = links[first], links[second]
    links[first], links[second] = (*a[:2], *b[2:]), (*b[:2], *a[2:])
    return links


def _up(links: list[Link], leaf: str) -> list[int]:
    return [i for i, link in enumerate(links) if link[0] == leaf]


def test_a_sound_list_passes_every_rule(tmp_path: Path) -> None:
    """Two rails on two leaves with even uplinks: all that applies is decided and passes."""
    report = _report(build(tmp_path, clos(2, 2, 2, 8, 2), TWO, ports="compute[0-1]"))
    states = {
        code: state(report, code) for code in ("TOP001", "TOP002", "TOP003", "TOP004", "TOP005", "TOP006")
    }
    assert set(states.values()) == {"pass"}, (states, [f.message for f in report.findings])


def test_top001_names_the_endpoints_without_link(tmp_path: Path) -> None:
    """Declared ports that no working link reaches are one finding at the fabric."""
    report = _report(build(tmp_path, clos(2, 2, 2, 8, 7), TWO))
    found = _one(report, "TOP001")
    assert (found.location.file, found.location.line) == ("cluster.yaml", 5)
    assert (found.message, found.limit) == ("n[1-2]: 2 ports of net without a working link", 0)


def test_top001_counts_components_through_switches(tmp_path: Path) -> None:
    """Nodes of several ports do not join two halves, and the smaller half is named."""
    links = [v for v in clos(2, 2, 2, 8, 8) if v[0].startswith("n") or v[0][-1] == v[2][-1]]
    found = _one(_report(build(tmp_path, links, TWO)), "TOP001")
    assert (found.measured, found.limit) == (2, 1)
    assert found.subjects in {"leaf1,spine1", "leaf2,spine2"}


def test_top001_accepts_networks_that_are_declared(tmp_path: Path) -> None:
    """The same two halves are two networks of rails when the fabric says `disjoint`."""
    links = [v for v in clos(2, 2, 2, 8, 8) if v[0].startswith("n") or v[0][-1] == v[2][-1]]
    more = "    homing: single\n    disjoint: [half]"
    report = _report(build(tmp_path, links, TWO, more=more, coordinates="half: port % 2"))
    assert [state(report, code) for code in ("TOP001", "TOP008")] == ["pass", "pass"]


def test_top001_is_unknown_without_the_declared_coordinate(tmp_path: Path) -> None:
    """A `disjoint` coordinate that endpoints lack leaves the count undecided, and never passes."""
    more = "    homing: single\n    disjoint: [half]"
    report = _report(build(tmp_path, clos(2, 2, 2, 8, 8), TWO, more=more))
    assert state(report, "TOP001") == "unknown"
    assert any(n.missing == "coordinate half of net" for n in report.not_checked if n.code == "TOP001")


def test_top001_finds_a_switch_without_links(tmp_path: Path) -> None:
    """A switch that nothing joins is named at its own line."""
    found = _one(_report(build(tmp_path, clos(2, 2, 2, 8, 8), {"leaf": 2, "spine": 3})), "TOP001")
    assert (found.subjects, found.location.line) == ("spine3", 13)


def test_top002_finds_links_within_a_tier(tmp_path: Path) -> None:
    """A cable between two leaves is illegal, at its line of the list."""
    links = [*clos(2, 2, 2, 8, 8), ("leaf1", "32/1", "leaf2", "32/1")]
    found = _one(_report(build(tmp_path, links, TWO)), "TOP002")
    assert (found.location.file, found.location.line) == ("links.csv", len(links) + 1)
    assert (found.measured, found.limit) == (0, 1)


def test_top002_finds_endpoints_above_the_first_tier(tmp_path: Path) -> None:
    """An endpoint on a spine skips a tier."""
    links = clos(2, 2, 2, 8, 8)
    links[0] = (*links[0][:2], "spine1", "32/2")
    found = _one(_report(build(tmp_path, links, TWO)), "TOP002")
    assert found.message.startswith("net:n1:compute0 joins endpoint n1 to spine spine1")


def test_top003_counts_leaves_that_lack_uplinks(tmp_path: Path) -> None:
    """Leaves with fewer uplinks than the others are one finding that counts them."""
    links = clos(5, 2, 3, 8, 8)
    drop = {_up(links, "leaf2")[0], _up(links, "leaf4")[3]}
    links = [v for i, v in enumerate(links) if i not in drop]
    found = _one(_report(build(tmp_path, links, {"leaf": 5, "spine": 2}, nodes=3)), "TOP003")
    assert found.message.startswith("2 of 5 leaf switches lack one uplink to spine: leaf[2,4]")
    assert (found.measured, found.limit, found.location.line) == (7, 8, 12)


def test_top003_finds_uneven_uplinks(tmp_path: Path) -> None:
    """A leaf with all uplinks, but one at the wrong spine, is uneven, with the pairs named."""
    links = clos(3, 2, 3, 8, 8)
    first = _up(links, "leaf2")[0]
    links[first] = (*links[first][:2], "spine2", "32/1")
    found = _one(_report(build(tmp_path, links, {"leaf": 3, "spine": 2}, nodes=3)), "TOP003")
    assert found.message == "leaf2: leaf links to spine are uneven, leaf2 has 5 to spine2 and 3 to spine1"
    assert (found.measured, found.limit) == (2, 0)


def test_top003_blames_the_switches_of_a_swapped_cable(tmp_path: Path) -> None:
    """Two cables swapped between planes join their groups; only the four ends are named, not both planes."""
    links = _planes(4)
    one, other = _up(links, "leaf1")[0], _up(links, "leaf2")[0]
    report = _report(
        build(tmp_path, _swap(links, one, other), {"leaf": 8, "spine": 4}, nodes=4, more=_PLANES)
    )
    found = _one(report, "TOP003")
    assert found.subjects == "leaf[1-2]"
    assert "TOP008" in {f.code for f in report.findings}


_PLANES = "    homing: single\n    disjoint: [half]\n    coordinates: {half: port % 2}"


def _planes(ports: int) -> list[Link]:
    """Return two planes: odd leaves on spines 1 and 3, even leaves on spines 2 and 4."""
    links = clos(8, 1, 4, 0, 8)
    for leaf in range(1, 9):
        for up in range(ports):
            spine = (leaf - 1) % 2 + 1 + 2 * (up % 2)
            links.append((f"leaf{leaf}", f"{20 + up}/1", f"spine{spine}", f"{1 + leaf}/{up // 2 + 1}"))
    return links


def test_two_planes_pass(tmp_path: Path) -> None:
    """The planes of the tests around are sound as long as no cable is swapped."""
    report = _report(build(tmp_path, _planes(4), {"leaf": 8, "spine": 4}, nodes=4, more=_PLANES))
    assert {state(report, c) for c in ("TOP001", "TOP003", "TOP008")} == {"pass"}


def test_top008_names_the_switch_that_joins_planes(tmp_path: Path) -> None:
    """One uplink in the wrong plane makes one spine reach both."""
    links = _planes(4)
    first = _up(links, "leaf1")[0]
    links[first] = (*links[first][:2], "spine2", "31/1")
    report = _report(build(tmp_path, links, {"leaf": 8, "spine": 4}, nodes=4, more=_PLANES))
    found = _one(report, "TOP008")
    assert found.message == "spine2 of net joins half 0 and half 1, which are separate on purpose"


def test_top008_wants_one_port_per_plane(tmp_path: Path) -> None:
    """An adapter that the part gives one port has none in the other plane."""
    report = _report(build(tmp_path, clos(2, 2, 2, 8, 8), TWO, coordinates="plane: port % 2"))
    messages = [f.message for f in _found(report, "TOP008")]
    assert any("not one port in each plane" in message for message in messages), messages


def test_top004_counts_reserved_ports() -> None:
    """Ports kept free count: a switch whose links and reserve exceed its ports is refused."""
    report = validate_text(
        TIERS.format(more="", tiers="leaf: {down: 16, up: 16, reserved: 60}")
        + "\npolicy: {must_decide: null}"
    )
    assert _found(report, "TOP004")
    assert "reserved 60" in _found(report, "TOP004")[0].message


def test_top004_counts_the_links_that_there_are() -> None:
    """A cable that was moved onto a full switch is one link too many, whatever the tier had planned."""
    text = TIERS.format(more="", tiers="leaf: {down: 8, up: 8, reserved: 64}") + (
        "\ngrow_to: {un: 2}\nexceptions:\n  moved:\n    of: {links: 'compute:un1-b1:scale-out1'}\n"
        "    move: {z: compute-leaf-1-1 40/1}\n    because: test\n"
    )
    found = _one(validate_text(text), "TOP004")
    assert found.message == "compute-leaf-1-1: down 9 + up 8 + reserved 64 ports, the switch has 80"
    assert (found.measured, found.limit, found.unit) == (81, 80, "ports")


def test_top005_compares_bandwidth_in_use(tmp_path: Path) -> None:
    """The ratio is that of the links in use, with its arithmetic."""
    found = _one(_report(build(tmp_path, clos(2, 2, 3, 8, 8), TWO, nodes=3)), "TOP005")
    assert (found.measured, found.limit, found.location.line) == (1.5, 1.0, 12)
    assert found.formula == "12 links down = 4.8 Tb/s; 8 links up = 3.2 Tb/s"


def test_top005_takes_the_declared_limit(tmp_path: Path) -> None:
    """`oversubscription` of the fabric wins over the default of its role."""
    more = '    homing: single\n    oversubscription: "1.5:1"'
    report = _report(build(tmp_path, clos(2, 2, 3, 8, 8), TWO, nodes=3, more=more))
    assert state(report, "TOP005") == "pass"


def test_top005_finds_a_leaf_without_uplinks(tmp_path: Path) -> None:
    """A leaf whose uplinks are gone is not skipped for want of a divisor."""
    links = [v for v in clos(2, 2, 2, 8, 8) if v[0] != "leaf2"]
    found = _one(_report(build(tmp_path, links, TWO)), "TOP005")
    assert (found.measured, found.subjects) == (0, "leaf2")


def test_top005_takes_port_rates_where_none_is_declared(tmp_path: Path) -> None:
    """Without a rate of the fabric the lower of both ports holds."""
    report = _report(build(tmp_path, clos(2, 2, 3, 8, 8), TWO, nodes=3, rate=""))
    assert _one(report, "TOP005").measured == 1.5


def test_top005_is_unknown_without_rates(tmp_path: Path) -> None:
    """Ports without a rate, in a fabric without one, leave the ratio undecided."""
    _dumb(tmp_path, 64, "")
    links = [
        (a, _plain(p) if a.startswith("leaf") else p, z, _plain(q)) for a, p, z, q in clos(2, 2, 2, 8, 8)
    ]
    report = _report(build(tmp_path, links, TWO, rate="", part="dumb-switch"))
    assert state(report, "TOP005") == "unknown"
    assert any("rate of net" in n.missing for n in report.not_checked if n.code == "TOP005")


def _plain(label: str) -> str:
    cage, half = label.split("/")
    return f"p{int(cage) * 2 - 2 + int(half)}"


@pytest.mark.parametrize("pair", [(0, 1), (3, 8)])
def test_top006_finds_swapped_rails(tmp_path: Path, pair: tuple[int, int]) -> None:
    """Two cables swapped between rails put a stranger on each of two leaves."""
    links = _swap(clos(8, 2, 4, 2, 8), *pair)
    report = _report(build(tmp_path, links, {"leaf": 8, "spine": 2}, nodes=4, more=_LOOSE))
    found = _one(report, "TOP006")
    assert (found.count, found.measured, found.limit) == (2, 2, 1)
    assert any(r.location.file == "links.csv" for r in found.related)


_LOOSE = '    homing: single\n    oversubscription: "4:1"'


def test_top006_finds_ports_on_the_switch_of_another_unit(tmp_path: Path) -> None:
    """Within a rail, a port on the switch of another scalable unit is found where each unit has one."""
    links: list[Link] = []
    for node in range(1, 17):
        for rail in range(2):
            leaf = (node - 1) // 8 * 2 + rail + 1
            links.append((f"n{node}", f"compute{rail}", f"leaf{leaf}", f"{(node - 1) % 8 + 1}/1"))
    extra = [
        (f"n{node}", f"compute{port}", f"leaf{port + 3}", f"{node}/2")
        for node in range(1, 9)
        for port in range(2, 8)
    ]
    ups = [
        (f"leaf{leaf}", f"{20 + up}/1", f"spine{up + 1}", f"{leaf}/1")
        for leaf in range(1, 11)
        for up in range(2)
    ]
    more = _LOOSE + "\n    coordinates: {su: node // 8}"
    sound = [*links, *extra, *ups]
    shape = {"leaf": 10, "spine": 2}
    report = _report(build(tmp_path / "a", sound, shape, nodes=16, more=more))
    assert state(report, "TOP006") == "pass"
    report = _report(build(tmp_path / "b", _swap(sound, 0, 16), shape, nodes=16, more=more))
    assert "which have a switch of their own" in _one(report, "TOP006").message


def test_top006_does_not_apply_without_rails(tmp_path: Path) -> None:
    """Where no endpoint has the coordinate there is nothing to check."""
    report = _report(build(tmp_path, clos(2, 2, 2, 8, 8), TWO, coordinates=""))
    assert state(report, "TOP006") == "not_applicable"


def test_top010_passes_below_the_bound(tmp_path: Path) -> None:
    """Sixteen endpoints are far below the 2,048 of two tiers of radix 64; the fabric is decided."""
    report = _report(build(tmp_path, clos(2, 2, 2, 8, 8), TWO))
    assert (state(report, "TOP010"), decided(report, "TOP010")) == ("pass", 1)


@pytest.mark.parametrize(("nodes", "wanted"), [(2, "pass"), (3, "fail")])
def test_top010_states_its_formula(tmp_path: Path, nodes: int, wanted: str) -> None:
    """Two tiers of radix 6 hold 18 endpoints, and the finding shows the arithmetic."""
    links = _ends(nodes, 5) + [(f"leaf{i + 1}", "p6", "spine1", f"p{i + 1}") for i in range(5)]
    folder = _dumb(tmp_path, 6, "rate: 400 Gb/s, ")
    report = _report(build(folder, links, {"leaf": 5, "spine": 1}, nodes=nodes, part="dumb-switch"))
    assert state(report, "TOP010") == wanted
    for found in _found(report, "TOP010"):
        assert (found.measured, found.limit) == (24, 18)
        assert (found.formula, found.location.line) == ("2 x (6 / 2)^2 = 18", 5)


def test_top010_is_unknown_without_rates(tmp_path: Path) -> None:
    """How much of a switch goes up depends on rates; without them nothing is decided."""
    links = [*_ends(2, 5), *((f"leaf{i + 1}", "p6", "spine1", f"p{i + 1}") for i in range(5))]
    folder = _dumb(tmp_path, 6, "")
    report = _report(build(folder, links, {"leaf": 5, "spine": 1}, rate="", part="dumb-switch"))
    assert state(report, "TOP010") == "unknown"


def _ends(nodes: int, leaves: int) -> list[Link]:
    """Return endpoints spread over leaves in turn."""
    ports = [(f"n{node}", f"compute{port}") for node in range(1, nodes + 1) for port in range(8)]
    return [(a, p, f"leaf{i % leaves + 1}", f"p{i // leaves + 1}") for i, (a, p) in enumerate(ports)]


def _dumb(folder: Path, ports: int, rate: str) -> Path:
    """Write a switch part with plain ports beside the manifest; return the folder."""
    (folder / "parts").mkdir()
    (folder / "parts" / "dumb-switch.yaml").write_text(
        f"part: dumb-switch\nkind: switch\ntitle: made up\nradix: {ports}\n"
        f'ports:\n  "p[1-{ports}]": {{role: fabric, {rate}protocols: [infiniband]}}\n'
        "sources:\n  design: {title: made up, grade: illustrative, covers: [radix, ports]}\n"
    )
    return folder


def test_top010_spares_oversubscribed_fabrics(tmp_path: Path) -> None:
    """A fabric that may be oversubscribed has no such bound."""
    report = _report(build(tmp_path, clos(2, 2, 2, 8, 8), TWO, more=_LOOSE))
    assert state(report, "TOP010") == "not_applicable"


def test_balanced_spread_may_differ_by_one() -> None:
    """Uplinks that do not divide evenly pass under `spread: balanced` and fail without."""
    tiers = "leaf: {{down: 16, up: 16}}, spine: {{count: 3, {spread}place: {{per_rack: 3}}}}"
    more = "\nclaims: {switches: null}"
    plain = validate_text(TIERS.format(more="", tiers=tiers.format(spread="")) + more)
    spread = validate_text(TIERS.format(more="", tiers=tiers.format(spread="spread: balanced, ")) + more)
    assert state(plain, "TOP003") == "fail"
    assert state(spread, "TOP003") == "pass"


def test_top003_states_the_links_that_there_are(tmp_path: Path) -> None:
    """The numbers belong to the switches that are named: one stray link is 1 to the spine of another group."""
    links: list[Link] = []
    for leaf in range(1, 5):
        links += [
            (f"leaf{leaf}", f"{up + 1}/1", f"spine{up % 2 + 1 + leaf // 3 * 2}", f"{8 * leaf + up - 7}/1")
            for up in range(4)
        ]
    links.append(("leaf1", "9/1", "spine3", "1/2"))
    found = _one(_report(build(tmp_path, links, {"leaf": 4, "spine": 4}, nodes=1)), "TOP003")
    assert "leaf1 has 1 to spine3 and" in found.message
