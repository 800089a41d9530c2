"""The JSON report: the keys that the interface fixes, complete and valid whatever was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import numpy as np
import pytest

from cluster_spec.report import render
from tests.support.reports import FULL, HOSTILE, SAMPLES, UNREADABLE, WAIVED, excerpt, finding, report

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Report

SCHEMA = json.loads((Path(__file__).parents[2] / "cluster_spec/schemas/report.json").read_text("utf-8"))


@pytest.mark.parametrize("unfold", [False, True])
@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_every_report_fits_the_schema(sample: Report, unfold: bool) -> None:
    """What is printed is what the published schema describes."""
    text = render("json", sample, excerpt, unfold=unfold)
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(text))


def test_schema_is_draft_7() -> None:
    """The schema itself is valid."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_keys_in_order() -> None:
    """The keys are those of the interface, in its order."""
    data = json.loads(render("json", report(FULL, waived=(WAIVED,)), excerpt))
    top = "clusterspec cluster digest parameters summary findings waived not_checked"
    keys = "code name severity basis message subjects location related measured limit unit help"
    assert list(data) == top.split()
    assert list(data["findings"][0]) == keys.split()
    assert data["summary"]["rules"] == {
        "pass": 0,
        "fail": 1,
        "unknown": 1,
        "not_applicable": 1,
        "waived": 0,
        "ignored": 0,
    }
    assert data["findings"][0]["subjects"] == {"folded": "un[01-16]-b[01-80]", "count": 1280}
    assert data["findings"][0]["location"] == {"file": "cluster.yaml", "line": 7, "column": 11}


def test_unreadable_is_complete() -> None:
    """A document that cannot be read still gives every key."""
    data = json.loads(render("json", UNREADABLE, excerpt))
    assert data["summary"]["findings"] == {"error": 1, "warning": 0, "info": 0}
    assert data["waived"] == data["not_checked"] == []


def test_strict_json() -> None:
    """There is no NaN in the text, and it can be written as UTF-8."""
    text = render("json", HOSTILE, excerpt)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert json.loads(text.encode("utf-8"), parse_constant=refuse)["findings"][0]["measured"] == "nan"


def test_numbers_of_columns() -> None:
    """A scalar from a column of the model is a number like any other."""
    found = finding(measured=np.int64(7), limit=np.float32(0.5))
    data = json.loads(render("json", report(found), excerpt))
    assert (data["findings"][0]["measured"], data["findings"][0]["limit"]) == (7, 0.5)


def test_members_only_on_request() -> None:
    """Members are printed with unfold only."""
    data = json.loads(render("json", report(FULL), excerpt, unfold=True))
    assert data["findings"][0]["subjects"]["members"] == ["un01-b01", "un01-b02"]


def test_waiver_is_told() -> None:
    """A waived finding carries who accepted it, why and until when."""
    data = json.loads(render("json", report(waived=(WAIVED,)), excerpt))
    assert data["waived"][0]["waiver"] == {
        "name": "old-cable",
        "because": "replaced in May",
        "by": "J. Doe",
        "until": "2027-05-01",
    }
