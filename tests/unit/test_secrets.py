"""Secrets in a manifest: found wherever they stand, never repeated, and few false alarms."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cluster_spec.diagnostics import Finding, Findings
from cluster_spec.manifest.secrets import scan
from cluster_spec.source import load

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = "q7ZpL2x" + "V9tB4mWc8" + "KfR3nYd6Hs"
LITERALS = {
    "password": "bmc: {password: hunter2}",
    "password that is a number": "bmc: {password: 12345678}",
    "camel case": "bmc: {adminPassword: hunter2}",
    "user and password": "bmc: {user: alice, password: hunter2}",
    "snmp community": "snmp: {community: lab-ro}",
    "api key": "dcim: {api_key: abcdef}",
    "below a plural": "secrets: {db: hunter2}",
    "default of a parameter": "parameters: {bmc_password: {type: string, default: hunter2}}",
    "item of a list": "bmc: {passwords: [hunter2]}",
    "private key": 'k: "-----BEGIN OPENSSH ' + 'PRIVATE KEY-----\\nb3BlbnNzaA=="',
    "random token": f"notes: the robot uses {RANDOM} to log in",
    "token of a known form": "notes: ghp_" + "a1B2" * 9,
    "password in an address": "bmc: {at: 'https://ops:hunter2@10.0.0.1/redfish'}",
}
DEFAULTS = {
    "pair in two keys": "bmc: {user: ADMIN, password: ADMIN}",
    "pair in one text": "bmc: {login: root/calvin}",
    "pair in prose": "notes: every BMC starts as root:calvin until day two",
    "pair of a PDU": "bmc: {credentials: apc/apc}",
    "password alone": "bmc: {password: calvin}",
}
HARMLESS = {
    "environment": "bmc: {password: 'env:BMC_PASSWORD'}",
    "file": "bmc: {password: 'file:/run/secrets/bmc'}",
    "vault": "bmc: {token: 'vault:kv/bmc#token'}",
    "sops": "bmc: {secret: 'sops:bmc.yaml#password'}",
    "below a plural": "secrets: {db: 'env:DB'}",
    "empty": "bmc: {password: ''}",
    "policy": "bmc: {password_policy: long, password_length: 24}",
    "integer parameter": "parameters: {tokens: {type: integer, default: 4096, help: tokens per batch}}",
    "guid": "assets: {n: {guid: 0x0002c90300a1b2c3, mac: '02:00:5e:00:00:01'}}",
    "guid elsewhere": "x: {node: '0002:c903:00a1:b2c3'}",
    "hash": "image: {digest: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'}",
    "bare hash": "x: {built: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b}",
    "base64 digest": "image: {digest: " + RANDOM + "}",
    "serial": "assets: {n: {serial: MT2X" + RANDOM + "}}",
    "long name": "racks: {superpodH100ComputeLeaf01Rail08PlaneA: {part: nvidia-quantum-2-qm9700-ns2f}}",
    "part numbers": "x: {medium: MCP4Y10-N00A-FLT-MMS4X00-NM-920-9B110-00FH-0D0}",
    "URL": "x: {url: 'https://docs.nvidia.com/dgx/dgxb200-user-guide/" + RANDOM + "?x=1#part'}",
    "path": "x: {of: /scratch/admin/admin/files}",
    "template": "racks: {'c[n:01-16]': {slot: '{(n-1)//2*3 + (n-1)%2*2 + 1}'}}",
    "public key": "x: {key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG" + RANDOM + "}",
    "token ring": "networks: {m: {title: a token ring in a passive building, pass_through: yes}}",
}


def found(tmp_path: Path, text: str) -> list[Finding]:
    """Return what the scan says about a document."""
    (tmp_path / "cluster.yaml").write_text(text + "\n", encoding="utf-8")
    source = load(tmp_path).value
    assert source is not None
    findings = Findings()
    scan(source, findings)
    return findings.items


@pytest.mark.parametrize("kind", LITERALS)
def test_secret_in_plain_text(kind: str, tmp_path: Path) -> None:
    """A literal secret is SEC001."""
    assert [finding.code for finding in found(tmp_path, LITERALS[kind])] == ["SEC001"]


@pytest.mark.parametrize("kind", DEFAULTS)
def test_credential_of_the_maker(kind: str, tmp_path: Path) -> None:
    """A known default credential is SEC002, also in prose."""
    assert [finding.code for finding in found(tmp_path, DEFAULTS[kind])] == ["SEC002"]


@pytest.mark.parametrize("kind", HARMLESS)
def test_no_false_alarm(kind: str, tmp_path: Path) -> None:
    """References, identities, hashes, long names and addresses are no secrets."""
    assert found(tmp_path, HARMLESS[kind]) == []


@pytest.mark.parametrize("text", [*LITERALS.values(), *DEFAULTS.values()])
def test_value_is_never_repeated(text: str, tmp_path: Path) -> None:
    """No finding holds the secret that it is about."""
    for finding in found(tmp_path, text):
        said = f"{finding.message} {finding.help} {finding.measured} {finding.subjects}"
        assert not any(value in said for value in _values(yaml.safe_load(text)) if len(value) > 3)


def test_place_is_that_of_the_value(tmp_path: Path) -> None:
    """The finding points at the value and tells where a secret belongs."""
    (finding,) = found(tmp_path, "name: x\nbmc:\n  user: alice\n  password: hunter2")
    assert (finding.location.line, finding.location.column) == (4, 13)
    assert finding.path == ("bmc", "password")
    assert finding.help == "refer to it: env:NAME, file:PATH, vault:PATH or sops:PATH"


def test_shared_value_is_reported_once(tmp_path: Path) -> None:
    """A mapping that aliases share is one cause."""
    assert len(found(tmp_path, "a: &x {password: hunter2}\nb: *x\nc: *x")) == 1


def test_scan_is_fast(tmp_path: Path) -> None:
    """A thousand scalars cost about a millisecond (with room for a busy machine)."""
    rows = (
        f"  r{i}: {{part: nvidia-quantum-2-qm9700, row: 'A{i}', slot: '{{n-{i}}}', power: 40 kW}}"
        for i in range(250)
    )
    (tmp_path / "cluster.yaml").write_text("racks:\n" + "\n".join(rows) + "\n", encoding="utf-8")
    source = load(tmp_path).value
    assert source is not None
    times = []
    for _ in range(5):
        start = time.process_time()
        scan(source, Findings())
        times.append(time.process_time() - start)
    assert min(times) < 0.004


def _values(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [text for value in data.values() for text in _values(value)]
    if isinstance(data, list):
        return [text for value in data for text in _values(value)]
    return [str(data)]
