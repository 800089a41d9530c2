"""The public interface: `import cluster_spec`."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cluster_spec
from tests.support.cli import ROOT, environment

POCKET = ROOT / "inventories" / "pocket"
SCALEX = ROOT / "inventories" / "scalex"


def test_load_resolve_check() -> None:
    """The three steps give what `validate` gives at once."""
    manifest = cluster_spec.load(POCKET)
    assert manifest.value is not None
    cluster = cluster_spec.resolve(manifest.value)
    assert cluster.value is not None
    report = cluster_spec.check(cluster.value, (*manifest.findings, *cluster.findings))
    assert report.findings == cluster_spec.validate(POCKET).findings == ()
    assert isinstance(report, cluster_spec.Report)
    assert isinstance(cluster.value, cluster_spec.Cluster)


@pytest.mark.parametrize("name", cluster_spec.__all__)
def test_names_are_what_they_say_in_any_order_of_imports(name: str) -> None:
    """A module of the same name does not hide a public function, whichever was loaded first."""
    code = (
        "import cluster_spec.resolve.build, cluster_spec.check, cluster_spec as c, types; "
        f"assert not isinstance(c.{name}, types.ModuleType); print(c.{name})"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment(), check=False)
    assert done.returncode == 0


def test_load_sets_parameters() -> None:
    """`load` gives values to parameters; resolving uses them."""
    manifest = cluster_spec.load(SCALEX, set={"ultra_nodes": 3}).value
    assert manifest is not None
    cluster = cluster_spec.resolve(manifest).value
    assert cluster is not None
    assert cluster.parameters == {"ultra_nodes": 3}
    assert cluster_spec.validate(SCALEX, {"ultra_nodes": 3}).parameters == {"ultra_nodes": 3}


def test_wrong_parameter_is_a_finding() -> None:
    """A parameter that does not exist is a finding of resolving, no exception."""
    manifest = cluster_spec.load(SCALEX, set={"nope": True}).value
    assert manifest is not None
    assert "SCH012" in {finding.code for finding in cluster_spec.resolve(manifest).findings}


def test_other_names_do_not_exist() -> None:
    """What is not public is an AttributeError."""
    with pytest.raises(AttributeError, match="nothing"):
        getattr(cluster_spec, "nothing")  # noqa: B009 - mypy knows that it is not there
