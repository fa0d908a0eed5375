"""The HTML report: one self-contained page (`whole`) of chapters; nothing is imported before it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stress.report.page.whole import render, write, write_text

__all__ = ["render", "write", "write_text"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'stress.report.page' has no attribute {name!r}")
    from stress.report.page import whole

    return getattr(whole, name)
