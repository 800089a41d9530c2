"""The version, in the one place from which the package, the wheel and the reports take it."""

from __future__ import annotations

__version__ = "0.1.0"
