"""A fitted satellite as a TOML file, and back: coefficients, errors, fit, sample and source."""

from __future__ import annotations

import json
import re
from pathlib import Path

from stress.calibration.satellite import SatelliteFit, Term
from stress.errors import ConfigError
from stress.inputs.files.parse import parse_as
from stress.inputs.macro.satellite import Estimate, Satellite


def satellite_to_toml(fit: SatelliteFit, name: str = "") -> str:
    """The fit as a satellite file; floats in their shortest exact form. `name`: of the satellite; else its target.

    >>> fit = read_satellite("scenarios/satellites/us_cards_unemployment.toml")
    >>> 'kind = "satellite"' in satellite_to_toml(fit)
    True
    """
    plain = re.sub(r"[^\w.+-]+", "_", name or fit.target).strip("_.") or "satellite"
    head = (
        ("kind", "satellite"), ("version", 1), ("name", plain[:80]), ("source", fit.source), ("target", fit.target),
        ("link", fit.link), ("per_year", fit.per_year), ("annualised", True),
    )  # fmt: skip
    line = ["# An annualised default rate on macro variables, in the units of their tables.", *_pairs(head)]
    row = list(zip(fit.coefficient, fit.error, fit.robust_error, strict=True))
    line += ["", "[constant]", *_errors(row[0])]
    for term, part in zip(fit.term, row[1:], strict=True):
        place = (("variable", term.variable), ("lag", term.lag), ("difference", term.difference))
        table = ["", "[[terms]]", *_pairs(place)] if term.variable else ["", "[[own]]", *_pairs((("lag", term.lag),))]
        line += [*table, *_errors(part)]
    sample = (
        ("n", fit.n), ("first", fit.first), ("last", fit.last), ("r2", fit.r2), ("robust_lags", fit.robust_lags),
        ("residual_sd", fit.residual_sd), ("residual_persistence", fit.residual_persistence),
    )  # fmt: skip
    return "\n".join([*line, "", "[sample]", *_pairs(sample)]) + "\n"


def read_satellite(path: str | Path) -> SatelliteFit:
    """A fitted satellite from its file. ConfigError with file, key, value and what is allowed.

    >>> read_satellite("scenarios/satellites/us_cards_unemployment.toml").link
    'logit'
    """
    file = parse_as(Path(path), Satellite, "satellite")
    if file.sample is None or file.constant is None or file.link not in ("logit", "probit"):
        raise ConfigError(f"{path}: is not a fitted satellite: needs link logit or probit, [constant] and [sample]")
    row: tuple[Estimate, ...] = (file.constant, *file.terms, *file.own)
    missing = [key for key in ("error", "robust_error") for r in row if getattr(r, key) is None]
    if missing:
        raise ConfigError(f"{path}: is not a fitted satellite: a coefficient has no {missing[0]}")
    sample = file.sample
    return SatelliteFit(
        file.target, file.link,
        (*(Term(t.variable, t.lag, t.difference) for t in file.terms), *(Term("", t.lag) for t in file.own)),
        tuple(r.coefficient for r in row),
        tuple(r.error or 0.0 for r in row), tuple(r.robust_error or 0.0 for r in row),
        sample.robust_lags, sample.r2, sample.n, file.per_year, sample.first, sample.last, sample.residual_sd,
        sample.residual_persistence, file.source,
    )  # fmt: skip


def _errors(row: tuple[float, float, float]) -> list[str]:
    return _pairs(tuple(zip(("coefficient", "error", "robust_error"), row, strict=True)))


def _pairs(pairs: tuple[tuple[str, str | float], ...]) -> list[str]:
    """TOML lines; JSON's text, truth and float forms are TOML's too (printable text, finite numbers)."""
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f") for key, value in pairs]
