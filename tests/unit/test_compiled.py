"""The compiled shapes are those of the models, and what they build behaves like an entry."""

from __future__ import annotations

import pytest

from cluster_spec import compiled
from cluster_spec.catalog.sections import compile_shapes
from cluster_spec.catalog.shape import FILE as PARTS
from cluster_spec.manifest.sections import FILE as MANIFEST
from cluster_spec.manifest.sections import adapter, compile_sections, validator


@pytest.mark.generated
@pytest.mark.parametrize(("name", "make"), [(MANIFEST, compile_sections), (PARTS, compile_shapes)])
def test_the_compiled_file_is_current(name: str, make: object, update: bool) -> None:
    """The committed schemas are what the models compile to."""
    text = make()  # type: ignore[operator]
    file = compiled.SCHEMAS / name
    if update:
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def test_an_unknown_core_schema_falls_back_to_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pydantic-core that cannot read the file is served by the models."""
    broken = {"racks": {"type": "no-such-type"}}
    monkeypatch.setattr(compiled, "schemas", lambda _file: broken)
    validator.cache_clear()
    assert validator("racks") is adapter("racks")
    validator.cache_clear()


def test_a_copy_changes_only_what_it_is_told() -> None:
    """`model_copy` keeps the other attributes and remembers what was written."""
    tier = validator("racks").validate_python({"r1": {"part": "rack", "slot": 1}})["r1"]
    copy = tier.model_copy(update={"slot": 2})
    assert (tier.slot, copy.slot, copy.part) == (1, 2, "rack")
    assert copy.model_fields_set == {"part", "slot"}
