"""Secrets that have no place in a manifest: passwords, keys, tokens, and the credentials of makers."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from cluster_spec.diagnostics import DEFAULT_CREDENTIAL, INLINE_SECRET

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Findings, Path
    from cluster_spec.source import Source

_SECRET_WORDS = frozenset((
    "password", "passwords", "passwd", "passphrase", "pwd", "secret", "secrets", "token", "tokens",
    "credential", "credentials", "psk", "apikey", "community",
))  # fmt: skip
_SECRET_PAIRS = (
    "api-key", "private-key", "access-key", "auth-key", "encryption-key", "ssh-key", "shared-key",
)  # fmt: skip
_HARMLESS_WORDS = frozenset((
    "file", "path", "env", "ref", "from", "policy", "length", "age", "days", "expiry", "rotation", "name",
    "type", "kind", "help", "title", "because", "source", "id", "url", "public", "count", "ring",
    "bucket",
))  # fmt: skip
_IDENTITY_WORDS = frozenset((
    "digest", "sha1", "sha256", "sha512", "md5", "checksum", "hash", "fingerprint", "serial", "serials",
    "guid", "guids", "uuid", "mac", "macs", "wwn", "url", "href", "certificate", "commit", "revision",
))  # fmt: skip
_USER_WORDS = frozenset((
    "user", "username", "login", "account",
))  # fmt: skip
_HINTS = ("pass", "pwd", "secret", "token", "cred", "psk", "key", "commun", "user", "login", "account")
"""A key without any of these is neither a secret nor a user."""
_REFERENCES = ("env:", "file:", "vault:", "sops:")
_PUBLIC_STARTS = ("ssh-", "ecdsa-", "sha256", "sha512", "-----BEGIN")
_PRIVATE_KEY = "PRIVATE KEY-----"
_TOKEN_STARTS = ("gh", "glpat-", "xox", "AKIA", "hvs.", "AIza", "eyJ")
_KNOWN = (
    r"\b(gh[opsu]_[A-Za-z0-9]{30}|github_pat_[A-Za-z0-9_]{30}|glpat-[A-Za-z0-9_-]{20}|xox[abprs]-[A-Za-z0-9-]{20}"
    r"|AKIA[0-9A-Z]{16}|hvs\.[A-Za-z0-9_-]{20}|AIza[A-Za-z0-9_-]{35}|eyJ[A-Za-z0-9_-]{10,400}\.eyJ[A-Za-z0-9_-]{10})"
)
_URL_PASSWORD = r"://[^/\s:@]*:(?!(?:env|file|vault|sops):|[{$<])[^/\s@]+@"  # noqa: S105 - a pattern
_RUN = r"[A-Za-z0-9+/_=-]{24,}"
_CLASSES = r"[a-z]+|[A-Z]+|[0-9]+"
_SHORTEST = 20
_LONGEST = 65536
_CONTAINERS = (dict, list)
_DEFAULTS = (  # user, password: as shipped by makers of BMCs, switches and PDUs
    ("ADMIN", "ADMIN"),
    ("root", "calvin"),
    ("USERID", "PASSW0RD"),
    ("root", "0penBmc"),
    ("root", "superuser"),
    ("sysadmin", "superuser"),
    ("Administrator", "Admin@9000"),
    ("admin", "Password@_"),
    ("admin", "YourPaSsWoRd"),
    ("cumulus", "CumulusLinux!"),
    ("cumulus", "cumulus"),
    ("apc", "apc"),
    ("admin", "admin"),
    ("admin", "password"),
    ("root", "changeme"),
    ("root", "root"),
)
_PASSWORDS = frozenset(password for _, password in _DEFAULTS)
_PAIR = (
    r"(?<![\w./:-])(?:"
    + "|".join(rf"{re.escape(u)}\s?[/:]\s?{re.escape(p)}" for u, p in _DEFAULTS)
    + r")(?![\w/:-])"
)


def is_secret(path: Path) -> bool:
    """Return whether the key of a value says that it is a secret, so that no message may repeat it."""
    return any(isinstance(step, str) and _kind(step) == "secret" for step in path[-2:])


@cache
def _kind(key: str) -> str:
    """Return `secret`, `user` or nothing for the key of a value."""
    lower = key.lower()
    if not any(hint in lower for hint in _HINTS):
        return ""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", key).lower().replace("_", "-").replace(".", "-")
    words = {word.rstrip("0123456789") for word in plain.split("-")}
    if plain.endswith("-pass") or plain == "pass":
        return "secret"
    if not words & _HARMLESS_WORDS and (
        words & _SECRET_WORDS or any(pair in plain for pair in _SECRET_PAIRS)
    ):
        return "secret"
    return "user" if words & _USER_WORDS else ""


def scan(source: Source, findings: Findings) -> None:
    """Report inline secrets (SEC001) and default credentials (SEC002); no finding repeats a value."""
    _Scan(source, findings).mapping(source.data, (), secret=False)


class _Scan:
    """One walk over all scalars; containers that aliases share are looked at once."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self.source = source
        self.findings = findings
        self.seen: set[int] = set()

    def mapping(self, data: dict[str, Any], path: Path, *, secret: bool) -> None:
        for key, value in data.items():
            kind = _kind(key)
            hidden = kind == "secret" or (secret and _kind_inside(key))
            if isinstance(value, str):
                if hidden or len(value) >= _SHORTEST or "/" in value or ":" in value:
                    self.text(value, (*path, key), data, hidden=hidden)
            elif isinstance(value, _CONTAINERS):
                self.inside(value, (*path, key), hidden=hidden)
            elif hidden and kind == "secret" and type(value) in {int, float}:
                self.report((*path, key), default=str(value) in _PASSWORDS)

    def inside(self, value: dict[str, Any] | list[Any], path: Path, *, hidden: bool) -> None:
        if id(value) in self.seen:
            return
        self.seen.add(id(value))
        if isinstance(value, dict):
            self.mapping(value, path, secret=hidden)
            return
        for index, item in enumerate(value):
            if isinstance(item, str):
                self.text(item, (*path, index), {}, hidden=hidden)
            elif isinstance(item, _CONTAINERS):
                self.inside(item, (*path, index), hidden=hidden)

    def text(self, value: str, path: Path, beside: dict[str, Any], *, hidden: bool) -> None:
        if hidden and value and not value.startswith(_REFERENCES):
            self.report(path, default=_is_default(value, beside))
        elif _has_pair(value):
            self.report(path, default=True)
        elif len(value) >= _SHORTEST and not _is_identity(path[-1]) and _is_token(value):
            self.report(path, default=False)

    def report(self, path: Path, *, default: bool) -> None:
        where = ".".join(str(step) for step in path)
        fix = "refer to it: env:NAME, file:PATH, vault:PATH or sops:PATH"
        if default:
            message = f"{where} is a credential that the maker ships with every device"
        else:
            message = f"{where} holds a secret as plain text"
        self.findings.add(
            DEFAULT_CREDENTIAL if default else INLINE_SECRET,
            message,
            self.source.locate(path),
            help=fix,
            path=path,
        )


def _kind_inside(key: str) -> bool:
    """Return whether a key below a secret one holds its value, and does not just speak about it."""
    return not set(key.lower().replace("_", "-").split("-")) & _HARMLESS_WORDS | {"user", "username"} & {
        key.lower()
    }


def _is_default(password: str, beside: dict[str, Any]) -> bool:
    if password in _PASSWORDS or _has_pair(password):
        return True
    return any((user, password) in _DEFAULTS for key, user in beside.items() if _kind(key) == "user")


def _is_identity(key: str | int) -> bool:
    """Return whether a key says that its value tells a thing from others, or a text from a changed one."""
    words = set(str(key).lower().replace("_", "-").split("-"))
    return bool(words & _IDENTITY_WORDS) or {"asset", "tag"} <= words or {"public", "key"} <= words


def _has_pair(value: str) -> bool:
    if not any(password in value for password in _PASSWORDS):
        return False
    return re.search(_PAIR, value) is not None


def _is_token(value: str) -> bool:
    """Return whether a text holds a private key, a token of a known form, or a long random run."""
    value = value[:_LONGEST]
    if _PRIVATE_KEY in value:
        return True
    if any(start in value for start in _TOKEN_STARTS) and re.search(_KNOWN, value):
        return True
    if "://" in value:
        return "@" in value and re.search(_URL_PASSWORD, value) is not None
    if value.islower() or value.isupper() or value.startswith(_PUBLIC_STARTS):
        return False
    return any(_is_random(run) for run in re.findall(_RUN, value))


def _is_random(run: str) -> bool:
    """Return whether small letters, capitals and digits alternate as in random text (rare in names)."""
    pieces = re.findall(_CLASSES, run)
    if not (re.search("[a-z]", run) and re.search("[A-Z]", run) and re.search("[0-9]", run)):
        return False
    return len(pieces) >= 0.45 * len(run) and len(set(run)) >= 0.5 * len(run)
