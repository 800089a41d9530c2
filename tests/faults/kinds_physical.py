"""Faults of the machine room: places, power, cooling, management, addresses, names, parts, claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.faults.plants import Project, fault

if TYPE_CHECKING:
    from random import Random

NODE, SWITCH, PDU = "parts/fault-node.yaml", "parts/fault-switch.yaml", "parts/fault-pdu.yaml"
LENGTHS = ("CBL001", "CBL002")
"""What is moved needs other cables."""


def except_(project: Project, name: str, **change: object) -> None:
    """Add an exception to the manifest."""
    project.set(f"exceptions/{name}", {**change, "because": "planted"})


# -- places -----------------------------------------------------------------------------------------------------


@fault("cabled", "RCK001", *LENGTHS)
def two_devices_in_one_unit(project: Project, rng: Random) -> None:
    node = rng.randint(1, 30)
    own = (node - 1) % 3 * 6 + 2
    other = rng.choice([u for u in (2, 8, 14) if u != own])
    except_(project, "moved", of={"nodes": f"gpu{node:02}"}, set={"u": other + rng.randint(-3, 3)})


@fault("cabled", "RCK001", *LENGTHS)
def switch_in_the_unit_of_another(project: Project, rng: Random) -> None:
    one, other = rng.sample(range(1, 9), 2)
    except_(project, "moved", of={"switches": f"leaf{one}"}, set={"u": 2 * other})


@fault("cabled", "RCK002", *LENGTHS)
def device_above_its_rack(project: Project, rng: Random) -> None:
    node = rng.randint(1, 30)
    except_(project, "high", of={"nodes": f"gpu{node:02}"}, set={"u": rng.choice([46, 47, 48, 49, 60])})


@fault("pocket", "RCK002", "IDN008", "CAP007", "MGT001", *LENGTHS, "TOP001")
def node_above_its_rack(project: Project, rng: Random) -> None:
    project.set("nodes/mgmt1/u", rng.choice([48, 49, 60]))


@fault("cabled", "RCK011", *LENGTHS)
def slot_used_twice(project: Project, rng: Random) -> None:
    project.replace('"{n+10}"', f'"{{n+{rng.randint(0, 9)}}}"')


@fault("cabled", "SCH004", "SCH010", "CAP007", "IDN008", "TOP001")
def rack_that_is_not_there(project: Project, rng: Random) -> None:
    project.replace("rack: s1,", f"rack: {rng.choice(['s3', 'S1', 'r1', 's01'])},")


@fault("pocket", "IDN008", "RCK001", "PWR026", *LENGTHS, "CBL012")
def node_without_a_place(project: Project, rng: Random) -> None:
    entry = rng.choice(["mgmt1", "store[n:1-{stores}]"])
    data = project.data()
    del data["nodes"][entry]["rack"]
    data["nodes"][entry].pop("u")
    project.dump(data)


# -- power and cooling ------------------------------------------------------------------------------------------


@fault("cabled", "PWR015")
def feed_overloaded(project: Project, rng: Random) -> None:
    text = f"capacity: {rng.randint(40, 180)} kVA"
    project.substitute(r"capacity: [34]00 kVA", text, rng)


@fault("pocket", "PWR015")
def supply_too_small(project: Project, rng: Random) -> None:
    text = f"capacity: {rng.randint(3, 20)} kVA"
    project.substitute(r"capacity: (80|100) kVA", text, rng)


@fault("cabled", "PWR015", "CAT006")
def pdu_too_small(project: Project, rng: Random) -> None:
    project.replace("apparent: 43.6 kVA", f"apparent: {rng.randint(7, 17)} kVA", PDU)


@fault("cabled", "IDN008", "PWR026")
def racks_without_pdus(project: Project, rng: Random) -> None:
    project.drop(f"power/racks/{rng.choice(['n[01-10]', 's[1-2]'])}")


@fault("cabled", "IDN008", "PWR026")
def one_rack_without_pdus(project: Project, rng: Random) -> None:
    lost = rng.randint(1, 10)
    kept = f"n[{','.join(f'{n:02}' for n in range(1, 11) if n != lost)}]"
    data = project.data()
    data["power"]["racks"][kept] = data["power"]["racks"].pop("n[01-10]")
    project.dump(data)


@fault("cabled", "PWR026", "CAT006")
def outlets_too_few(project: Project, rng: Random) -> None:
    project.replace("C19: 12", f"C19: {rng.randint(0, 5)}", PDU)


@fault("cabled", "PWR026")
def pdu_of_one_side_removed(project: Project, rng: Random) -> None:
    racks = rng.choice(["n[01-10]", "s[1-2]"])
    project.drop(f"power/racks/{racks}/pdus/{rng.choice('ab')}")
    project.replace("C19: 12", f"C19: {rng.randint(6, 11)}", PDU)


@fault("cabled", "PWR025")
def rack_too_dense(project: Project, rng: Random) -> None:
    project.substitute(r"power: 25 kW", f"power: {rng.randint(2, 11)} kW", rng)


@fault("cabled", "PWR025")
def hall_without_power(project: Project, rng: Random) -> None:
    key = rng.choice(["power", "air"])
    project.replace(f"{key}: 400 kW", f"{key}: {rng.randint(50, 190)} kW")


@fault("cabled", "CLG005")
def air_that_does_not_suffice(project: Project, rng: Random) -> None:
    project.replace("each: 60 kW", f"each: {rng.randint(5, 48)} kW")


@fault("cabled", "CLG005")
def sink_too_small(project: Project, rng: Random) -> None:
    project.replace("capacity: 500 kW", f"capacity: {rng.randint(20, 195)} kW")


@fault("pocket", "CLG005")
def cdu_overloaded(project: Project, rng: Random) -> None:
    project.set("cooling/loops/cdu1/capacity", f"{rng.randint(1, 15)} kW")


@fault("cabled", "IDN008", "PWR025")
def racks_without_cooling(project: Project, rng: Random) -> None:
    project.drop(f"cooling/racks/{rng.choice(['n[01-10]', 's[1-2]'])}")


@fault("cabled", "SCH004", "IDN008", "PWR015")
def feed_that_is_not_there(project: Project, rng: Random) -> None:
    project.substitute(r"from: ups-[ab]\b", "from: ups-c", rng)


# -- management and addresses -----------------------------------------------------------------------------------


@fault("cabled", "MGT001", "TOP001", "IDN008", "CAP007")
def management_cable_missing(project: Project, rng: Random) -> None:
    end = rng.choice([f"gpu{rng.randint(1, 30):02}:bmc", f"leaf{rng.randint(1, 8)}:mgmt0"])
    except_(project, "cut", of={"links": f"oob:{end}"}, omit=True)


@fault("cabled", "MGT001", "IDN008")
def management_of_nodes_only(project: Project, rng: Random) -> None:
    del rng
    project.set("fabrics/oob/endpoints/all", {"nodes": "gpu[*]", "ports": "bmc"})


@fault("pocket", "MGT001", "IDN008", "ETH004", "SCH004", "CAP007")
def management_of_some_only(project: Project, rng: Random) -> None:
    some = rng.choice([{"nodes": "mgmt1", "ports": "bmc"}, {"ultra_nodes": "un[*]", "ports": "oob"}])
    project.set("fabrics/oob/endpoints/all", some)


@fault("pocket", "ETH001", "ETH004")
def prefixes_that_overlap(project: Project, rng: Random) -> None:
    project.replace("10.0.8.0/24", rng.choice(["10.0.3.0/24", "10.0.0.0/16", "10.0.0.0/22", "10.0.1.128/25"]))


@fault("cabled", "ETH001", "ETH004")
def prefixes_inside_each_other(project: Project, rng: Random) -> None:
    project.replace("10.0.8.0/24", f"10.0.{rng.randint(0, 3)}.{rng.choice([0, 64, 128])}/26")


@fault("cabled", "ETH004", "IDN008")
def address_given_twice(project: Project, rng: Random) -> None:
    more = {
        "of": {"devices": f"leaf{rng.randint(1, 8)}", "ports": "mgmt0"},
        "start": f"10.0.1.{rng.randint(0, 29)}",
    }
    project.set("networks/mgmt/pools/leaves", more)


@fault("cabled", "ETH004", "IDN008")
def one_address_for_all(project: Project, rng: Random) -> None:
    project.replace("index: node", f"index: {rng.choice(['node // 2', 'node % 7', '0'])}")


@fault("cabled", "ETH004", "IDN008")
def address_outside_its_prefix(project: Project, rng: Random) -> None:
    start = rng.choice(["10.0.3.250", "10.0.4.0", "192.168.0.0", "10.0.0.0"])
    project.replace("start: 10.0.1.0", f"start: {start}")


@fault("pocket", "ETH004", "IDN008")
def prefix_too_small(project: Project, rng: Random) -> None:
    project.replace("10.0.8.0/24", rng.choice(["10.0.8.0/30", "10.0.8.0/31", "10.0.8.0/32"]))


@fault("pocket", "ETH004", "IDN008")
def gateway_of_a_host(project: Project, rng: Random) -> None:
    project.set("networks/mgmt/gateway", f"10.0.1.{rng.randint(0, 3)}")


@fault("cabled", "IDN004")
def serial_number_twice(project: Project, rng: Random) -> None:
    one, other = rng.choice([("N0001", "N0002"), ("N0002", "N0001")])
    project.replace(f'"{one}"', f'"{other}"')


@fault("cabled", "IDN004")
def asset_tag_twice(project: Project, rng: Random) -> None:
    asset = {"serial": f"N{rng.randint(100, 999)}", "asset_tag": rng.choice(["T-0001", "T-0002"])}
    project.set(f"assets/gpu{rng.randint(3, 30):02}", asset)


@fault("pocket", "SCH004")
def asset_of_nothing(project: Project, rng: Random) -> None:
    project.replace("  store1: {manu", f"  {rng.choice(['store9', 'strore1', 'Store1'])}: {{manu")


def _rename(project: Project, old: str, new: str) -> None:
    project.put(re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", new, project.text()))


@fault("pocket", "IDN001")
def name_that_no_host_may_have(project: Project, rng: Random) -> None:
    _rename(project, "mgmt1", rng.choice(["mgmt_1", "mgmt1-", "m" * 64]))


@fault("pocket", "IDN001")
def names_that_differ_in_case_only(project: Project, rng: Random) -> None:
    project.set(
        f"nodes/{rng.choice(['MGMT1', 'Store1'])}",
        {"part": "server-2u", "role": "management", "rack": "r1", "u": 20},
    )


# -- parts ------------------------------------------------------------------------------------------------------


@fault("cabled", "CAT001")
def radix_that_the_ports_do_not_make(project: Project, rng: Random) -> None:
    project.replace("radix: 66", f"radix: {rng.choice([32, 64, 65, 67, 128])}", SWITCH)


@fault("cabled", "CAT002")
def supplies_too_weak(project: Project, rng: Random) -> None:
    project.replace("rating: 3 kW", f"rating: {rng.randint(3, 29) * 100} W", NODE)


@fault("cabled", "CAT006")
def value_without_a_source(project: Project, rng: Random) -> None:
    name = rng.choice([NODE, SWITCH, PDU])
    covered = re.findall(r"covers: \[([^\]]+)\]", project.text(name))[0].split(", ")
    covered.remove(rng.choice(covered))
    project.put(re.sub(r"covers: \[[^\]]+\]", f"covers: [{', '.join(covered)}]", project.text(name)), name)


@fault("cabled", "SCH003", "SCH004")
def part_with_a_wrong_unit(project: Project, rng: Random) -> None:
    old, new = rng.choice(
        [("max: 6 kW", "max: 6 kg"), ("depth: 900 mm", "depth: 900"), ("mass: 80 kg", "mass: 80 m")]
    )
    project.replace(old, new, NODE)


@fault("cabled", "SCH004")
def part_that_is_not_there(project: Project, rng: Random) -> None:
    project.substitute(r"(part: [a-z0-9-]+)\b", r"\1-x", rng)


@fault("cabled", "IBF001")
def subnet_too_large(project: Project, rng: Random) -> None:
    protocol = (
        f"part: infiniband\nkind: protocol\nsubnet: {{limit: {rng.randint(20, 240)}, counts: [endpoints, switches]}}\n"
        "sources: {design: {title: Made up, grade: illustrative, covers: [subnet]}}\n"
    )
    project.put(protocol, "parts/infiniband.yaml")


# -- fabrics by rule --------------------------------------------------------------------------------------------


@fault("cabled", "REL007")
def adapters_on_one_leaf(project: Project, rng: Random) -> None:
    del rng
    project.replace("    homing: single\n", "")


@fault("pocket", "TOP004", "PRT001", "WVR001", "TOP005", "TOP001")
def more_ports_than_the_switch_has(project: Project, rng: Random) -> None:
    project.replace("down: 16, up: 16", f"down: 16, up: 16, reserved: {rng.randint(49, 80)}")


@fault("pocket", "TOP005", "CAP007", "TOP003")
def leaf_with_too_few_uplinks(project: Project, rng: Random) -> None:
    data = project.data()
    tiers = data["fabrics"]["compute"]["topology"]["tiers"]
    tiers["leaf"]["up"] = rng.choice([2, 4])
    tiers["spine"]["count"] = 2
    project.dump(data)


@fault("pocket", "TOP003", "TOP005")
def uplink_cut_by_an_exception(project: Project, rng: Random) -> None:
    port = f"{rng.randint(9, 16)}/{rng.randint(1, 2)}"
    except_(project, "dead", of={"links": f"compute:compute-leaf-{rng.randint(1, 2)}-1:{port}"}, omit=True)


@fault("pocket", "TOP001")
def rails_without_a_spine_in_common(project: Project, rng: Random) -> None:
    del rng
    data = project.data()
    data["fabrics"]["compute"]["topology"]["tiers"]["spine"]["per"] = ["rail"]
    project.dump(data)


@fault("pocket", "TOP006", "CAP007", "TOP005")
def rails_mixed_on_a_leaf(project: Project, rng: Random) -> None:
    data = project.data()
    data["fabrics"]["compute"]["topology"]["tiers"]["leaf"]["per"] = rng.choice([[], ["ultra_node"]])
    project.dump(data)


@fault("pocket", "PRT005", "PRT002", "TOP001", "TOP005", "WVR001")
def protocol_that_the_ports_do_not_speak(project: Project, rng: Random) -> None:
    fabric = rng.choice(["storage", "oob"])
    project.set(f"fabrics/{fabric}/protocol", rng.choice(["infiniband", "scalefabric"]))


@fault("pocket", "PRT002", "PRT005", "CBL002")
def medium_of_another_form(project: Project, rng: Random) -> None:
    project.set("fabrics/storage/media/node-leaf", [rng.choice(["cat6a", "sfp28-dac"])])


@fault("pocket", "CBL002", "CBL001")
def cable_lengthened_by_an_exception(project: Project, rng: Random) -> None:
    change = {"length": f"{rng.randint(101, 400)} m", "medium": "dr4"}
    except_(
        project, "far", of={"cables": f"storage:store{rng.randint(1, 2)}:data{rng.randint(0, 1)}"}, set=change
    )


@fault("pocket", "CBL001")
def cable_shortened_by_an_exception(project: Project, rng: Random) -> None:
    change = {"length": f"{rng.randint(1, 9)}0 cm"}
    except_(
        project,
        "reused",
        of={"cables": f"storage:store{rng.randint(1, 2)}:data{rng.randint(0, 1)}"},
        set=change,
    )


@fault("pocket", "CBL012", "IDN007")
def label_without_an_end(project: Project, rng: Random) -> None:
    label = rng.choice(["{near}", "{far} / {near}", "{near_rack} / {far_rack}"])
    project.set("cabling/label", label)


# -- claims -----------------------------------------------------------------------------------------------------


@fault("pocket", "CAP001")
def compute_claimed_one_percent_high(project: Project, rng: Random) -> None:
    bound, share = rng.choice([("at_least", 1.01), ("exactly", 1.02), ("exactly", 0.98), ("at_most", 0.99)])
    project.set("claims/compute", {"fp16": {bound: f"{16 * 0.492 * share:.5f} PFLOPS"}})


@fault("pocket", "CAP003")
def memory_claimed_one_percent_high(project: Project, rng: Random) -> None:
    bound, share = rng.choice([("at_least", 1.01), ("exactly", 1.01), ("exactly", 0.99), ("at_most", 0.99)])
    project.set("claims/memory", {bound: f"{16 * 64 * share:.3f} GB"})


@fault("pocket", "CAP004")
def bisection_claimed_one_percent_high(project: Project, rng: Random) -> None:
    del rng
    project.set("claims/bisection", {"compute": {"at_least": f"{8 * 400 * 1.01:.1f} Gb/s"}})


@fault("pocket", "CAP008")
def power_claimed_too_low(project: Project, rng: Random) -> None:
    project.set("claims/power", {"it": {"at_most": f"{rng.randint(1, 12)} kW"}})


@fault("pocket", "CAP007")
def one_more_than_there_are(project: Project, rng: Random) -> None:
    path, count = rng.choice([("accelerators", 16), ("racks", 5), ("nodes", 8), ("switches/compute/leaf", 2)])
    project.set(f"claims/{path}", {"exactly": count + rng.choice([-1, 1])})


@fault("cabled", "CAP007")
def links_miscounted(project: Project, rng: Random) -> None:
    path, count = rng.choice([("node-leaf", 240), ("leaf-spine", 256)])
    bound, by = rng.choice([("exactly", 1), ("exactly", -1), ("at_least", 2), ("at_most", -3)])
    project.set(f"claims/links/compute/{path}", {bound: count + by})


@fault("pocket", "SCH003", "CAP005")
def claim_without_a_unit(project: Project, rng: Random) -> None:
    path, value = rng.choice([("compute/fp16", 7.8), ("memory", 1), ("power/it", 50)])
    project.set(f"claims/{path}", {"at_least": value})


@fault("pocket", "CAP005", "CAP008")
def claim_in_the_other_direction(project: Project, rng: Random) -> None:
    said, claimed = rng.choice([("one", "both"), ("both", "one")])
    card = (
        "part: scalex-card\nkind: accelerator\naccelerator:\n  compute: {fp16: 0.492 PFLOPS}\n  memory: 64 GB\n"
        f"  scale-up-bandwidth: {{value: 448 GB/s, direction: {said}}}\n"
        "sources: {design: {title: Made up, grade: illustrative, covers: [accelerator]}}\n"
    )
    project.put(card, "parts/scalex-card.yaml")
    project.set("claims/scale-up-bandwidth", {"at_least": f"{rng.randint(1, 14)} TB/s", "direction": claimed})
