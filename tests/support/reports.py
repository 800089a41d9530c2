"""Reports made by hand: clean, failing, unreadable and hostile ones, for the tests of the formats."""

from __future__ import annotations

from cluster_spec.diagnostics import (
    Basis,
    Finding,
    Location,
    NotChecked,
    Related,
    Report,
    RuleResult,
    Severity,
    State,
    Waived,
)

LINES = {
    ("cluster.yaml", 7): "    rate: 800 Gb/s",
    ("cluster.yaml", 3): "  leaf: {down: 40}",
}


def excerpt(location: Location) -> str | None:
    """Return a line of the made-up source."""
    return LINES.get((location.file, location.line))


def finding(code: str = "PRT001", line: int = 7, **fields: object) -> Finding:
    """Return a finding with the given fields over plain ones."""
    plain: dict[str, object] = {
        "name": "port-speed",
        "severity": Severity.ERROR,
        "basis": Basis.PHYSICS,
        "message": "un[01-16] port 3 is too fast for its peer",
        "location": Location("cluster.yaml", line, 11),
    }
    return Finding(code, **(plain | fields))  # type: ignore[arg-type]


FULL = finding(
    subjects="un[01-16]-b[01-80]",
    count=1280,
    related=(Related("the peer is declared here", Location("cluster.yaml", 3, 3)),),
    measured=800,
    limit=400,
    unit="Gb/s",
    help="write 400 Gb/s",
    formula="rate <= rate of the peer",
    path=("fabrics", "compute", "rate"),
    members=("un01-b01", "un01-b02"),
)
WAIVED = Waived(finding("CBL002", subjects="cable 7"), "old-cable", "replaced in May", "J. Doe", "2027-05-01")


def report(*findings: Finding, **fields: object) -> Report:
    """Return a report of the findings with the given fields over plain ones."""
    plain: dict[str, object] = {
        "cluster": "demo",
        "digest": "0" * 64,
        "parameters": {"blocks": 4},
        "waived": (),
        "not_checked": (NotChecked("PWR025", "rack-power", "power.max", "rack r[01-16]", 16),),
        "rules": (
            RuleResult("PRT001", "port-speed", State.FAIL if findings else State.PASS, 40),
            RuleResult("PWR025", "rack-power", State.UNKNOWN, 0, 16),
            RuleResult("SEC001", "secrets", State.NOT_APPLICABLE),
        ),
        "headline": "1,280 accelerators in 16 racks",
        "assumed": ("blade power 1.7 kW: not published",),
        "not_covered": ("optics", "cooling in depth"),
    }
    return Report(findings=findings, **(plain | fields))  # type: ignore[arg-type]


CLEAN = report(not_checked=(), rules=(RuleResult("PRT001", "port-speed", State.PASS, 40),))
UNREADABLE = Report(
    "",
    "",
    {},
    (
        Finding(
            "SCH008",
            "unreadable-document",
            Severity.ERROR,
            Basis.STANDARD,
            "cluster.yaml is not here",
            Location("cluster.yaml"),
        ),
    ),
    (),
    (),
    (),
)
HOSTILE_NAME = 'a\x1b[31m\x00"<b>&]]>\u202e\udcff\n::error::x,y%'
HOSTILE = report(
    finding(
        message=f"{HOSTILE_NAME} is bad",
        subjects=HOSTILE_NAME,
        location=Location("a:b,c\n.yaml", 1, 1),
        help=HOSTILE_NAME,
        related=(Related(HOSTILE_NAME, Location(HOSTILE_NAME)),),
        measured=float("nan"),
    ),
    cluster=HOSTILE_NAME,
    headline=HOSTILE_NAME,
    waived=(WAIVED,),
)
SAMPLES = {
    "clean": CLEAN,
    "failing": report(FULL, waived=(WAIVED,)),
    "unreadable": UNREADABLE,
    "hostile": HOSTILE,
}
