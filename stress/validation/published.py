"""Figures published or computed by others, as data: closed forms and another engine's cash flows."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def closed_forms() -> dict[str, Any]:
    """Cases by name, each with its source. Rates are fractions unless a key says pct."""
    return _read("closed_forms.json")


@cache
def cash_flows() -> dict[str, Any]:
    """Flat-fee instalments, static and revolving, by date: what another engine made of them."""
    return _read("instalment_cashflows.json")


def _read(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
