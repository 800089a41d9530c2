"""Faults in clusters of real size: a SuperPOD of 127 nodes and scaleX of 10,240 cards, edited at the rule or at one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.plants import Project, fault

if TYPE_CHECKING:
    from random import Random

POD, SCALEX = "superpod-h100", "scalex"
RACK = "CBL001", "CBL002"
FULL = "TOP004", "TOP005"
"""The leaves are full: one link more than that is too many for the ports and for the uplinks."""


def except_(project: Project, **change: object) -> None:
    """Add an exception; the inventories have none."""
    project.set("exceptions/planted", {**change, "because": "planted"})


# -- SuperPOD ---------------------------------------------------------------------------------------------------


@fault(POD, "TOP003", "TOP005", "CAP007")
def uplink_of_the_pod_cut(project: Project, rng: Random) -> None:
    leaf = f"compute-leaf-{rng.randint(1, 4)}-{rng.randint(1, 8)}-1"
    port = f"{rng.randint(17, 32)}/{rng.randint(1, 2)}"
    except_(project, of={"links": f"compute:{leaf}:{port}"}, omit=True)


@fault(POD, "TOP006")
def node_of_the_pod_on_another_rail(project: Project, rng: Random) -> None:
    node, rail = rng.randint(1, 96), rng.randint(0, 7)
    leaf = f"compute-leaf-4-{rng.choice([r for r in (4, 5, 6, 7) if r != rail]) + 1}-1"
    except_(project, of={"links": f"compute:dgx{node:04}:compute{rail}"}, move={"z": f"{leaf} 16/2"})


@fault(POD, "TOP001", "CAP007")
def node_of_the_pod_without_a_cable(project: Project, rng: Random) -> None:
    end = f"dgx{rng.randint(1, 127):04}:compute{rng.randint(0, 7)}"
    except_(project, of={"links": f"compute:{end}"}, omit=True)


@fault(POD, "MGT001", "TOP001", "IDN008", "CAP007")
def node_of_the_pod_without_management(project: Project, rng: Random) -> None:
    except_(project, of={"links": f"oob:dgx{rng.randint(1, 127):04}:bmc"}, omit=True)


@fault(POD, "TOP005", "CAP007", "TOP003", "TOP010")
def leaves_of_the_pod_oversubscribed(project: Project, rng: Random) -> None:
    project.replace("down: 32\n          up: 32", f"down: 32\n          up: {rng.choice([8, 16])}")


@fault(POD, "RCK001", *RACK)
def nodes_of_the_pod_overlap(project: Project, rng: Random) -> None:
    project.replace("{(n-1)%4*9 + 3}", f"{{(n-1)%4*{rng.randint(4, 7)} + 3}}")


@fault(POD, "RCK002", *RACK)
def nodes_of_the_pod_too_high(project: Project, rng: Random) -> None:
    project.replace("{(n-1)%4*9 + 3}", f"{{(n-1)%4*9 + {rng.randint(15, 22)}}}")


@fault(POD, "CBL002")
def copper_in_the_pod(project: Project, rng: Random) -> None:
    key = rng.choice(["leaf-spine", "node-leaf"])
    project.replace(f"{key}: [dr4]", f"{key}: [dac]")


@fault(POD, "PWR015")
def supplies_of_the_pod_too_small(project: Project, rng: Random) -> None:
    project.replace("capacity: 600 kVA", f"capacity: {rng.randint(100, 300)} kVA")


@fault(POD, "CLG005")
def air_of_the_pod_too_small(project: Project, rng: Random) -> None:
    project.replace("each: 110 kW", f"each: {rng.randint(20, 60)} kW")


@fault(POD, "PWR025")
def racks_of_the_pod_too_dense(project: Project, rng: Random) -> None:
    project.replace('slot: "{(n-1)%16+1}"}', f'slot: "{{(n-1)%16+1}}", power: {rng.randint(10, 30)} kW}}')


@fault(POD, "CAP007")
def pod_claims_one_unit_more(project: Project, rng: Random) -> None:
    old, new = rng.choice(
        [
            ("256*blocks - 8", "256*blocks"),
            ("32*blocks - 1", "32*blocks"),
            ("leaf: {exactly: 8*blocks}", "leaf: {exactly: 8*blocks + 1}"),
            ("node-leaf: {exactly: 256*blocks - 4}", "node-leaf: {exactly: 256*blocks - 8}"),
        ]
    )
    project.replace(old, new)


@fault(POD, "SCH012")
def pod_beyond_its_bounds(project: Project, rng: Random) -> None:
    project.options += ["--set", rng.choice(["blocks=65", "blocks=0", "blocks=-1", "units=4", "blocks=four"])]


@fault(POD, "RCK011", *RACK)
def racks_of_the_pod_on_one_tile(project: Project, rng: Random) -> None:
    project.replace('slot: "{(m-1)%16+1}"', f'slot: "{{(m-1)%{rng.randint(2, 5)}+1}}"')


# -- scaleX -----------------------------------------------------------------------------------------------------


@fault(SCALEX, "CLG005", "PWR015")
def cdm_with_too_many_cabinets(project: Project, rng: Random) -> None:
    project.replace("assign: block 2}}", f"assign: block {rng.choice([3, 4])}}}}}")


@fault(SCALEX, "PWR015")
def rectifiers_too_small(project: Project, rng: Random) -> None:
    project.replace("capacity: 1.8 MW", f"capacity: {rng.randint(300, 800)} kW")


@fault(SCALEX, "PWR025")
def hall_too_small(project: Project, rng: Random) -> None:
    project.replace(
        "power: 25 MW, air: 2 MW", rng.choice(["power: 5 MW, air: 2 MW", "power: 25 MW, air: 300 kW"])
    )


@fault(SCALEX, "TOP005", "TOP003", "CAP007", "TOP010", "CAP004")
def leaves_oversubscribed(project: Project, rng: Random) -> None:
    up = rng.choice([10, 20])
    project.replace("down: 40\n          up: 40", f"down: 40\n          up: {up}")


@fault(SCALEX, "TOP001", "TOP003", "CAP007", "TOP008", "CAP004")
def rails_that_never_meet(project: Project, rng: Random) -> None:
    del rng
    data = project.data()
    core = data["fabrics"]["scalefabric"]["topology"]["tiers"]["core"]
    core["per"] = ["rail"]
    del core["name"]
    project.dump(data)


@fault(SCALEX, "TOP006", "PRT001", *FULL)
def card_on_the_leaf_of_another_rail(project: Project, rng: Random) -> None:
    unit, rail = rng.randint(1, 16), rng.randint(0, 7)
    end = f"un{unit:02}-b{rng.randint(1, 80):02}:scale-out{rail}"
    leaf = f"leaf-r{(rail + rng.randint(1, 7)) % 8 + 1}-{2 * unit:02}"
    except_(project, of={"links": f"scalefabric:{end}"}, move={"z": f"{leaf} 40/2"})


@fault(SCALEX, "PRT001", *FULL)
def card_on_a_port_in_use(project: Project, rng: Random) -> None:
    unit, rail = rng.randint(1, 16), rng.randint(0, 7)
    end = f"un{unit:02}-b{rng.randint(41, 80):02}:scale-out{rail}"
    except_(
        project, of={"links": f"scalefabric:{end}"}, move={"z": f"leaf-r{rail + 1}-{2 * unit - 1:02} 1/1"}
    )


@fault(SCALEX, "TOP003", "TOP005", "CAP007", "CAP004")
def uplink_of_scalex_cut(project: Project, rng: Random) -> None:
    leaf = f"leaf-r{rng.randint(1, 8)}-{rng.randint(1, 32):02}"
    except_(project, of={"links": f"scalefabric:{leaf}:{rng.randint(21, 40)}/{rng.randint(1, 2)}"}, omit=True)


@fault(SCALEX, "ETH004", "IDN008")
def pool_of_the_blades_too_narrow(project: Project, rng: Random) -> None:
    project.replace("ultra_node*128 + node", f"ultra_node*{rng.choice([1, 32, 64, 80])} + node")


@fault(SCALEX, "CAP001")
def flops_of_scalex_one_percent_high(project: Project, rng: Random) -> None:
    project.replace(
        "at_least: 5 EFLOPS", f"at_least: {10240 * 0.492e-3 * rng.choice([1.01, 1.05, 1.5]):.4f} EFLOPS"
    )


@fault(SCALEX, "CAP003")
def memory_of_scalex_one_percent_high(project: Project, rng: Random) -> None:
    old, true, unit = rng.choice([("650 TB", 655.36, "TB"), ("18 PB/s", 18.432, "PB/s")])
    project.replace(f"at_least: {old}", f"at_least: {true * 1.01:.4f} {unit}")


@fault(SCALEX, "CAP008")
def scale_out_of_scalex_one_percent_high(project: Project, rng: Random) -> None:
    old, true = rng.choice([("500 TB/s", 512), ("4.5 PB/s", 4587.52)])
    project.replace(f"at_least: {old}", f"at_least: {true * 1.01:.3f} TB/s")


@fault(SCALEX, "RCK011", *RACK)
def cabinets_on_one_tile(project: Project, rng: Random) -> None:
    old = rng.choice(["(n-1)%2*2 + 1", "(n-1)%5*3 + 2"])
    project.replace(old, {"(n-1)%2*2 + 1": "(n-1)%2 + 1", "(n-1)%5*3 + 2": "(n-1)%5*3 + 1"}[old])


@fault(SCALEX, "CBL002")
def optics_of_scalex_left_out(project: Project, rng: Random) -> None:
    key = rng.choice(["spine-core", "leaf-spine"])
    project.replace(f"{key}: [dac, dr4]", f"{key}: [dac]")
