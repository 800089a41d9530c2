"""Faults of the document: what a person mistypes in YAML, names, units, expressions, parameters, waivers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.faults.plants import MANIFEST, Project, fault

if TYPE_CHECKING:
    from random import Random


def _lines(project: Project, pattern: str) -> list[int]:
    lines = project.text().split("\n")
    return [i for i, line in enumerate(lines) if re.fullmatch(pattern, line)]


@fault("pocket", "SCH001")
def key_written_twice(project: Project, rng: Random) -> None:
    lines = project.text().split("\n")
    at = rng.choice(_lines(project, r'  ["a-z][^:#]*: (\{.*\}|[^|>&*{\[]+)( #.*)?'))
    lines.insert(at, lines[at])
    project.put("\n".join(lines))


@fault("cabled", "SCH001")
def section_written_twice(project: Project, rng: Random) -> None:
    section = rng.choice(
        ["notes: twice", "title: twice", "name: twice", "policy: {}", "racks: {}", "claims: {}"]
    )
    project.append(section + "\n" + (section + "\n" if section.startswith("notes") else ""))


@fault("pocket", "SCH001", "SCH010")
def ranges_that_overlap(project: Project, rng: Random) -> None:
    name = rng.choice(["r2", "r[2-3]", "c1", "r1"])
    project.set(f"racks/{name}", {"part": "rack-48u-800x1200", "row": "A", "slot": 9})


def _misspelt(word: str, rng: Random) -> str:
    at = rng.randrange(len(word) - 1)
    made = rng.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + "x" + word[at:],
        ]
    )
    return made if made != word else word + "x"


KEYS = (
    "title|claims|site|halls|rows|pitch|origin|racks|part|role|rack|fabrics|protocol|endpoints|ports|topology|kind"
    "|tiers|down|media|cabling|slack|label|power|capacity|voltage|cooling|sinks|loops|networks|prefix|waivers|code"
    "|because|until|phases|policy|must_decide|exceptions|serial"
)


@fault("pocket", "SCH003", "SCH006")
def key_misspelt(project: Project, rng: Random) -> None:
    project.substitute(rf"(?<=[{{ \n])({KEYS})(?=:( |\n))", lambda m: _misspelt(m[0], rng), rng)


@fault("cabled", "SCH003")
def key_that_is_not_known(project: Project, rng: Random) -> None:
    places = [
        "site/colour",
        "fabrics/compute/speed",
        "racks/n[n:01-10]/colour",
        "power/tree/ups-[s:a-b]/colour",
    ]
    project.set(rng.choice(places), "blue")


QUANTITY = r"(?<=: )(\d+(?:\.\d+)?) (kW|W|kVA|V L-L|m|mm|kg/m2|Gb/s|PFLOPS|%)(?=[,}\n])"


@fault("pocket", "SCH003", "CAP005")
def unit_missing(project: Project, rng: Random) -> None:
    project.substitute(QUANTITY, r"\1", rng)


@fault("pocket", "SCH003")
def unit_of_another_kind(project: Project, rng: Random) -> None:
    project.substitute(QUANTITY, lambda m: m[1] + rng.choice([" kelvin", " Hz", " days", " kWh", "$"]), rng)


@fault("cabled", "SCH003")
def amps_for_watts(project: Project, rng: Random) -> None:
    project.substitute(
        r"(\d+) kW(?=[,}])", rng.choice([r"\1 A", r"\1 kg", r"\1 kVA", r"\1 kw", r"\1 MJ"]), rng
    )


@fault("pocket", "SCH003")
def text_where_a_mapping_was_meant(project: Project, rng: Random) -> None:
    section = rng.choice(
        ["site", "racks", "nodes", "fabrics", "power", "cooling", "networks", "assets", "claims"]
    )
    project.set(section, rng.choice(["text", 7, True, ["a", "b"]]))


@fault("cabled", "SCH004", "IDN008", "TOP001", "CAP007", "MGT001")
def reference_to_nothing(project: Project, rng: Random) -> None:
    path, value = rng.choice(
        [
            ("networks/mgmt/fabric", "obo"),
            ("fabrics/oob/uplink/to", "campuss"),
            ("cooling/loops/air/sinks", "dry2"),
            ("racks/s[n:1-2]/row", "B"),
            ("fabrics/compute/protocol", "infinband"),
            ("site/rows/A/hall", "h2"),
        ]
    )
    project.set(path, value)


@fault("cabled", "SCH004")
def list_outside_the_project(project: Project, rng: Random) -> None:
    project.substitute(
        r"links/(compute|planes)\.csv", rng.choice([r"../\1.csv", r"/\1.csv", r"links/../../\1.csv"]), rng
    )


@fault("cabled", "SCH008")
def list_that_is_not_there(project: Project, rng: Random) -> None:
    project.substitute(
        r"links/(compute|planes)\.csv", rng.choice([r"links/\1.cvs", r"\1.csv", r"lists/\1.csv"]), rng
    )


@fault("pocket", "SCH011", "SCH003")
def expression_that_cannot_be_read(project: Project, rng: Random) -> None:
    bad = rng.choice(["2*n+", "2**n", "n+2)", "f(n)", "n.x", "1/0", "n//0", "m+2", "2*n+2 2", "'a'"])
    project.replace("{2*n+2}", f"{{{bad}}}")


@fault("pocket", "SCH012")
def parameter_out_of_bounds(project: Project, rng: Random) -> None:
    project.replace("default: 2", f"default: {rng.choice([0, 5, 9, -1, 1000])}")


@fault("pocket", "SCH012")
def option_out_of_bounds(project: Project, rng: Random) -> None:
    project.options += [
        "--set",
        rng.choice(["stores=0", "stores=9", "stores=x", "store=2", "stores=1.5", "stores="]),
    ]


@fault("pocket", "SCH009")
def include_of_nothing(project: Project, rng: Random) -> None:
    project.append(
        f"include: {rng.choice(['more.yaml', '../more.yaml', '/etc/hosts', 'cluster.yaml', '[none.yaml]'])}\n"
    )


@fault("pocket", "SCH001", "SCH009")
def include_of_the_same(project: Project, rng: Random) -> None:
    section = rng.choice(
        ["notes: again", "title: again", "external: {campus: {kind: network}}", "grow_to: {un: 5}"]
    )
    project.put(section + "\n", "more.yaml")
    project.append("include: more.yaml\n")


@fault("cabled", "SCH008")
def tab_for_blanks(project: Project, rng: Random) -> None:
    lines = project.text().split("\n")
    at = rng.choice(_lines(project, r'  [a-z"].*'))
    lines[at] = "\t" + lines[at].lstrip()
    project.put("\n".join(lines))


@fault("pocket", "SCH002", "SCH003")
def bomb_of_aliases(project: Project, rng: Random) -> None:
    wide = rng.randint(8, 12)
    lines = ["notes:", f"  - &a0 [{', '.join('x' * wide)}]"]
    lines += [f"  - &a{i} [{', '.join([f'*a{i - 1}'] * wide)}]" for i in range(1, 9)]
    project.put(re.sub(r"(?m)^notes:.*$", "\n".join(lines), project.text()))


@fault("pocket", "SCH002", "SCH008")
def brackets_without_end(project: Project, rng: Random) -> None:
    depth = rng.randint(200, 20_000)
    project.put(re.sub(r"(?m)^notes:.*$", "notes: " + "[" * depth + "]" * depth, project.text()))


@fault("pocket", "SCH002")
def range_too_large(project: Project, rng: Random) -> None:
    project.replace("c[n:1-2]", f"c[n:1-{rng.choice([20_000_000, 999_999_999, 10**15])}]")


@fault("cabled", "SCH010")
def range_that_cannot_be_read(project: Project, rng: Random) -> None:
    new = rng.choice(
        ["gpu[n:30-1]", "gpu[n:01-1x]", "gpu[n:]", "gpu[n:01-30", "gpu[n:01-30/0]", "gpu[n:01--30]"]
    )
    project.replace("gpu[n:01-30]", new)


@fault("cabled", "SCH010", "SCH004", "IDN008")
def ranges_of_different_length(project: Project, rng: Random) -> None:
    project.replace('slot: "{n}"', f'slot: "[1-{rng.choice([9, 11, 8])}]"')


@fault("pocket", "SCH008")
def bytes_of_another_encoding(project: Project, rng: Random) -> None:
    text = project.text() + "# Größe\n"
    project.files[MANIFEST] = text.encode(rng.choice(["latin-1", "utf-16"]))


@fault("cabled", "SCH008")
def document_without_its_end(project: Project, rng: Random) -> None:
    text = project.text()
    at = rng.choice([m.start() for m in re.finditer(r"\}\n", text)])
    project.put(text[:at] + text[at + 1 :])


@fault("pocket", "SCH008")
def two_documents(project: Project, rng: Random) -> None:
    project.append(rng.choice(["---\nname: other\n", "...\n---\n{}\n"]))


@fault("pocket", "SCH006", "SCH003")
def version_missing(project: Project, rng: Random) -> None:
    project.replace(
        "clusterspec: 1\n", rng.choice(["", "clusterspec: 2\n", 'clusterspec: "1"\n', "clusterspec: 1.5\n"])
    )


@fault("pocket", "SCH005")
def number_for_a_name(project: Project, rng: Random) -> None:
    project.replace(
        'serial: "P0001"', f"serial: {rng.choice(['0123', '1e3', 'true', '12', '0x1f', 'null', '~'])}"
    )


@fault("pocket", "WVR002", "REL007")
def waiver_expired(project: Project, rng: Random) -> None:
    date = f"20{rng.randint(10, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    project.replace("until: 2099-12-31", f"until: {date}")


@fault("cabled", "WVR001")
def waiver_of_nothing(project: Project, rng: Random) -> None:
    code, of = rng.choice([("REL007", "compute"), ("CAT006", "*"), ("CBL012", "gpu[01-05]")])
    waiver = {"code": code, "of": of, "because": "planted", "by": "owner", "until": "2099-12-31"}
    project.set("waivers/none", waiver)


@fault("cabled", "WVR003", "WVR001")
def waiver_of_physics(project: Project, rng: Random) -> None:
    code = rng.choice(["RCK001", "RCK002", "PRT001", "TOP003", "TOP004", "PWR025"])
    waiver = {"code": code, "of": "*", "because": "planted", "by": "owner", "until": "2099-12-31"}
    project.set("waivers/squeeze", waiver)


@fault("cabled", "SCH013")
def exception_that_matches_nothing(project: Project, rng: Random) -> None:
    of = rng.choice(
        [{"nodes": "gpu31"}, {"nodes": "dgx[01-02]"}, {"links": "compute:gpu01:rail9"}, {"cables": "none"}]
    )
    verb = {"set": {"state": "broken"}} if rng.random() < 0.5 or "nodes" in of else {"omit": True}
    project.set("exceptions/lost", {"of": of, **verb, "because": "planted"})


@fault("cabled", "SCH013", "CAP007")
def exceptions_that_conflict(project: Project, rng: Random) -> None:
    node = f"gpu{rng.randint(1, 30):02}"
    change = {
        "of": {"nodes": node},
        "set": {"state": rng.choice(["spare", "installed"])},
        "because": "planted",
    }
    project.set("exceptions", {"one": change, "two": dict(change)})


@fault("pocket", "SEC001")
def secret_in_the_text(project: Project, rng: Random) -> None:
    word = "".join(rng.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))
    key = rng.choice(["password", "bmc_password", "token", "secret", "api_key"])
    project.set("assets/store1/bmc", {"user": "operator", key: word})


@fault("pocket", "SEC001")
def token_in_the_notes(project: Project, rng: Random) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    token = rng.choice(["ghp_", "glpat-", "AKIA"])
    size = 16 if token == "AKIA" else 36  # noqa: S105 - the form of a token
    tail = "".join(rng.choice(letters[:26] + letters[52:] if size == 16 else letters) for _ in range(size))
    project.set("notes", f"the switch logs in with {token}{tail}")


@fault("pocket", "SEC002")
def credential_of_the_maker(project: Project, rng: Random) -> None:
    user, password = rng.choice(
        [("root", "calvin"), ("ADMIN", "ADMIN"), ("USERID", "PASSW0RD"), ("admin", "admin")]
    )
    project.set("assets/store1/bmc", {"user": user, "password": password})


@fault("pocket", "SCH004", "IDN008", "TOP001", "CAP007", "MGT001")
def phase_that_is_not_there(project: Project, rng: Random) -> None:
    project.substitute(r"phase: (first|second)", rng.choice(["phase: third", r"phase: \1s"]), rng)


@fault("pocket", "SCH003")
def state_that_is_not_there(project: Project, rng: Random) -> None:
    project.set("nodes/mgmt1/state", rng.choice(["planed", "Installed", "on fire"]))
