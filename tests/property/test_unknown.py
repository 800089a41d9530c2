"""Unknown is never a pass: without a fact that it needs, a rule says so.

Each rule with `needs` starts from the good example of its page; each fact that it names is removed in turn, from
the manifest or from a copy of the part in `parts/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from cluster_spec.rules import catalogue
from cluster_spec.rules.page import read_page
from cluster_spec.testing import dump, read_yaml, state, validate_text

if TYPE_CHECKING:
    from pathlib import Path

CLAIM = "what nobody claims is not held against anything"
DEFAULT = "the language has a default for it, which is a fact"
FINDING = "the absence itself is what the rule finds"
REQUIRED = "the shape asks for it, so that the manifest is refused"
OPTIONAL = "a limit, or a separation, that nobody declares does not bind"
GUESS = "the whole height of the rack is assumed, and the length says so"
OTHERS = "the limits that are still declared hold"
STRICTER = "without it the rule asks for more: the default is the strict one"


@dataclass(frozen=True)
class Gone:
    """A fact taken away by a merge patch, what has to stand there before, and what the rule then says."""

    patch: dict[str, Any]
    then: str = "unknown"
    because: str = ""
    first: dict[str, Any] = field(default_factory=dict)


def part(name: str, **values: Any) -> dict[str, Any]:
    """Return a patch of a part."""
    return {"part": {name: values}}


def fabric(**values: Any) -> dict[str, Any]:
    """Return a patch of the compute fabric."""
    return {"fabrics": {"compute": values}}


def claim(**values: Any) -> dict[str, Any]:
    """Return a patch of the claims."""
    return {"claims": values}


NO_CLAIM = Gone({"claims": None}, "not_applicable", CLAIM)
SCALE_UP = {"scale-up-bandwidth": {"at_least": "1 TB/s", "direction": "both"}}
STORE = "storage-node-2u"
LEAF = "sugon-scalefabric-80x400"
NO_DRAW = Gone(part(STORE, power={"max": None}))
NO_HEIGHT = Gone(part(STORE, size={"height": None}))
NO_PEAK = Gone(part("scalex-card", accelerator={"compute": None}))

REMOVED: dict[str, dict[str, Gone]] = {
    "CAP001": {"claims.compute": NO_CLAIM, "accelerator.compute": NO_PEAK},
    "CAP002": {
        "claims.compute": NO_CLAIM,
        "accelerator.compute": Gone(
            NO_PEAK.patch, first=claim(compute={"fp16-sparse": None, "fp16": {"at_least": "7 PFLOPS"}})
        ),
    },
    "CAP003": {
        "claims.memory": NO_CLAIM,
        "accelerator.memory": Gone(part("scalex-card", accelerator={"memory": None})),
        "accelerator.memory-bandwidth": Gone(
            part("scalex-card", accelerator={"memory-bandwidth": None}),
            first=claim(**{"memory-bandwidth": {"at_least": "1 TB/s"}}),
        ),
    },
    "CAP004": {
        "claims.bisection": NO_CLAIM,
        "fabrics.rate": Gone(fabric(rate=None) | part("sugon-scalex640-blade", ports=None)),
    },
    "CAP005": {
        "claims": NO_CLAIM,
        "accelerator.scale-up-bandwidth.direction": Gone(
            part("scalex-card", accelerator={"scale-up-bandwidth": {"direction": None}})
        ),
        "accelerator.scale-up-bandwidth": Gone(part("scalex-card", accelerator={"scale-up-bandwidth": None})),
        "contains": Gone(part("sugon-scalex640-blade", contains=None)),
    },
    "CAP007": {
        "claims": NO_CLAIM,
        "contains": Gone(part("sugon-scalex640-blade", contains=None)),
        "subnet.limit": Gone(
            part("scalefabric", subnet={"limit": None}),
            first=claim(subnet={"compute": {"at_least": 1000}}),
        ),
        "subnet.counts": Gone(
            part("scalefabric", subnet={"counts": None}),
            first=claim(subnet={"compute": {"at_most": 1000}}),
        ),
    },
    "CAP008": {
        "claims": NO_CLAIM,
        "accelerator.scale-up-bandwidth": Gone(
            part("scalex-card", accelerator={"scale-up-bandwidth": None}), first=claim(**SCALE_UP)
        ),
        "fabrics.rate": Gone(
            fabric(rate=None) | part("sugon-scalex640-blade", ports=None),
            first=claim(**{"scale-out-bandwidth": {"at_least": "1 Tb/s"}}),
        ),
        "power": Gone(part("pocket-ultra", power=None)),
    },
    "CAT001": {
        "radix": Gone(part(LEAF, radix=None)),
        "ports": Gone(part(LEAF, cages=None), "fail", FINDING),
    },
    "CAT002": {
        "power.psus": Gone(part("server-2u", power={"psus": None})),
        "power.max": Gone(part("server-2u", power={"max": None})),
    },
    "CAT006": {"sources": Gone(part("server-2u", sources=None), "fail", FINDING)},
    "CBL001": {
        "site.trays": Gone({"site": {"trays": None}}),
        "racks.row": Gone({"racks": {"r[n:1-2]": {"row": None, "slot": None}}}),
        "racks.slot": Gone({"racks": {"r[n:1-2]": {"slot": None}}}),
        "nodes.u": Gone({"nodes": {"mgmt1": {"u": None}}}, "pass", GUESS),
    },
    "CBL002": {
        "medium.reach": Gone(part("dr4", medium={"reach": None})),
        "ports.lanes": Gone(part(STORE, ports={"data[0-1]": {"lanes": None}})),
        "length of cables": Gone({"site": None}),
    },
    "CBL012": {"cabling.label": Gone({"cabling": {"label": None}}, "pass", DEFAULT)},
    "CLG005": {
        "cooling.loops.*.each": Gone({"cooling": {"loops": {"air": {"each": None}}}}),
        "cooling.capacity": Gone(part("cdu-row-1300kw", cooling=None)),
        "power.max": NO_DRAW,
        "liquid": Gone(part("pocket-ultra", liquid=None)),
    },
    "ETH001": {"networks.*.prefix": Gone({"networks": {"mgmt": {"prefix": None}}}, "unknown", REQUIRED)},
    "ETH004": {
        "networks.*.prefix": Gone({"networks": {"mgmt": {"prefix": None}}}, "unknown", REQUIRED),
        "networks.*.pools": Gone({"networks": {"mgmt": {"pools": None}}}, "pass", DEFAULT),
    },
    "IBF001": {
        "subnet.limit": Gone(part("scalefabric", subnet={"limit": None})),
        "subnet.counts": Gone(part("scalefabric", subnet={"counts": None})),
        "fabrics.*.lmc": Gone(fabric(lmc=None), "pass", DEFAULT),
    },
    "IDN004": {
        "assets.*.manufacturer": Gone(
            {"assets": {"mgmt1": {"manufacturer": None}}},
            first={"assets": {"mgmt1": {"manufacturer": "another", "serial": "P0001"}}},
        )
    },
    "IDN006": {
        "ports": Gone(part(STORE, ports=None)),
        "cages": Gone(part(LEAF, cages=None)),
    },
    "IDN007": {"cabling.label": Gone({"cabling": {"label": None}}, "pass", DEFAULT)},
    "IDN008": {
        "racks": Gone({"racks": None}),
        "power.racks": Gone({"power": {"racks": None}}),
        "cooling.racks": Gone({"cooling": {"racks": None}}),
        "fabrics": Gone({"fabrics": None}),
        "networks": Gone({"networks": None}),
    },
    "MGT001": {
        "ports.*.role": Gone({"fabrics": {"oob": {"role": None}}}, "unknown", REQUIRED),
        "fabrics.*.role": Gone({"fabrics": {"oob": {"role": "frontend"}}}),
    },
    "PRT001": {"ports.lanes": Gone(part("switch-64x400", cages={"cage[1-64]": {"form": None}}))},
    "PRT002": {
        "medium.forms": Gone(part("dr4", medium={"forms": None})),
        "cages.form": Gone(part(STORE, cages={"slot[1-2]": {"form": None}})),
    },
    "PRT004": {
        "ports.rate": Gone(part("sugon-scalex640-blade", ports={"bmc": {"rate": None}})),
        "ports.lanes": Gone(part("switch-64x400", cages={"cage[1-64]": {"form": None}})),
        "fabrics.rate": Gone(
            {"fabrics": {"storage": {"rate": None}}}, "fail", "each end then runs at the rate of its own port"
        ),
    },
    "PRT005": {
        "ports.protocols": Gone(part(STORE, ports={"data[0-1]": {"protocols": None}})),
        "fabrics.protocol": Gone({"fabrics": {"storage": {"protocol": None}}}, "unknown", REQUIRED),
    },
    "PWR015": {
        "power.tree.*.capacity": Gone({"power": {"tree": {"ups-[s:a-b]": {"capacity": None}}}}),
        "power.tree.*.efficiency": Gone({"power": {"tree": {"ups-[s:a-b]": {"efficiency": None}}}}),
        "power.racks": Gone({"power": {"racks": None}}),
        "power.max": NO_DRAW,
        "pdu.apparent": Gone(part("pdu-3p-63a-400v", pdu={"apparent": None})),
    },
    "PWR025": {
        "site.halls.*.power": Gone({"site": {"halls": {"h1": {"power": None}}}}, "pass", OTHERS),
        "racks.*.row": Gone({"racks": {"r[n:1-2]": {"row": None, "slot": None}}}),
        "racks.*.power": Gone({"racks": {"r[n:1-2]": {"power": None}}}, "pass", OTHERS),
        "rack.power": Gone(part("rack-48u-800x1200", rack={"power": None}), "pass", OTHERS),
        "power.max": NO_DRAW,
        "liquid": Gone(part("pocket-ultra", liquid=None)),
    },
    "PWR026": {
        "power.psus.count": Gone(part(STORE, power={"psus": {"count": None}})),
        "power.psus.inlet": Gone(part(STORE, power={"psus": {"inlet": None}})),
        "pdu.outlets": Gone(part("pdu-3p-63a-400v", pdu={"outlets": None})),
        "power.racks": Gone({"power": {"racks": None}}),
    },
    "RCK001": {
        "size.height": NO_HEIGHT,
        "nodes.*.u": Gone(
            {"nodes": {"mgmt2": {"u": None}}},
            "pass",
            "a device without a unit is open (IDN008), overlaps nothing",
        ),
    },
    "RCK002": {
        "size.height": NO_HEIGHT,
        "rack.units": Gone(part("rack-48u-800x1200", rack={"units": None})),
        "racks.*.free": Gone({"racks": {"r[n:1-2]": {"free": None}}}, "pass", "every unit is then free"),
    },
    "RCK011": {
        "racks.*.row": Gone({"racks": {"r9": {"row": None, "slot": None}}}),
        "racks.*.slot": Gone({"racks": {"r9": {"slot": None}}}),
    },
    "REL007": {"fabrics.*.homing": Gone(fabric(homing=None), "fail", STRICTER)},
    "TOP001": {"fabrics.*.disjoint": Gone(fabric(disjoint=None), "fail", STRICTER)},
    "TOP005": {
        "fabrics.*.rate": Gone(fabric(rate=None) | part("sugon-scalex640-blade", ports=None)),
        "fabrics.*.oversubscription": Gone(fabric(oversubscription=None), "fail", STRICTER),
        "policy.thresholds.TOP005": Gone({"policy": {"thresholds": None}}, "pass", DEFAULT),
    },
    "TOP006": {
        "fabrics.*.endpoints.*.coordinates.rail": Gone(
            fabric(endpoints={"cards": {"coordinates": None}}, topology={"tiers": {"leaf": {"per": []}}}),
            "not_applicable",
            "a fabric without rails has none to mix",
        )
    },
    "TOP008": {
        "fabrics.*.endpoints.*.coordinates.plane": Gone(
            fabric(disjoint=None), "not_applicable", "a fabric without planes has none to mix"
        ),
        "fabrics.*.disjoint": Gone(fabric(disjoint=None), "not_applicable", OPTIONAL),
    },
}
RULES = {rule.code: rule for rule in catalogue() if rule.needs}
CASES = [(code, need) for code, gone in sorted(REMOVED.items()) for need in gone]


def patched(target: Any, patch: Any) -> Any:
    """Return a merge patch under another one; what is deleted stays said, for the pocket cluster below it."""
    if not isinstance(patch, dict) or not isinstance(target, dict):
        return patch
    return target | {key: patched(target.get(key), value) for key, value in patch.items()}


def test_every_need_of_every_rule_is_removed() -> None:
    """The table names the facts that the rules name, no more and no less."""
    assert {code: set(gone) for code, gone in REMOVED.items()} == {
        code: set(rule.needs) for code, rule in RULES.items()
    }


@pytest.mark.parametrize(("code", "need"), CASES)
def test_a_rule_without_a_fact_that_it_needs_does_not_pass(tmp_path: Path, code: str, need: str) -> None:
    """With a needed fact removed the rule is unknown, or says what the table gives a reason for."""
    gone = REMOVED[code][need]
    file = tmp_path / "good.yaml"
    file.write_text(read_page(RULES[code].doc).good, encoding="utf-8")
    start = patched(read_yaml(file), gone.first)
    before = validate_text(dump(start))
    assert state(before, code) == "pass", before.findings
    after = validate_text(dump(patched(start, gone.patch)))
    assert state(after, code) == gone.then, (after.findings, after.not_checked)
    assert gone.then == "unknown" or gone.because
