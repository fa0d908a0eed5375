"""A fitted satellite as a TOML file, and back: coefficients, errors, fit, sample and source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from stress.calibration.satellite import SatelliteFit, Term
from stress.errors import ConfigError
from stress.inputs.base import Strict
from stress.inputs.read import read_document

_Lag = Annotated[int, Field(ge=0, le=99)]
_NotNegative = Annotated[float, Field(ge=0.0)]


class _Constant(Strict):
    coefficient: float
    error: _NotNegative
    robust_error: _NotNegative


class _TermRow(_Constant):
    variable: Annotated[str, Field(min_length=1, max_length=200)]
    lag: _Lag = 0
    difference: _Lag = 0


class _File(Strict):
    kind: Literal["satellite"]
    version: Literal[1]
    target: Annotated[str, Field(min_length=1, max_length=200)]
    link: Literal["logit", "probit"]
    per_year: Literal[1, 4, 12]
    n: Annotated[int, Field(ge=1)]
    first: str
    last: str
    r2: Annotated[float, Field(le=1.0)]
    robust_lags: _Lag
    residual_sd: _NotNegative
    residual_persistence: Annotated[float, Field(ge=-1.0, le=1.0)]
    source: str
    constant: _Constant
    terms: tuple[_TermRow, ...] = ()


def satellite_to_toml(fit: SatelliteFit) -> str:
    """The fit as TOML text; floats in their shortest exact form."""
    head: list[tuple[str, str | float]] = [
        ("kind", "satellite"), ("version", 1), ("target", fit.target), ("link", fit.link), ("per_year", fit.per_year),
        ("n", fit.n), ("first", fit.first), ("last", fit.last), ("r2", fit.r2), ("robust_lags", fit.robust_lags),
        ("residual_sd", fit.residual_sd), ("residual_persistence", fit.residual_persistence), ("source", fit.source),
    ]  # fmt: skip
    line = ["# Level of an annualised default rate on macro variables, in their published units."]
    line += [_pair(key, value) for key, value in head]
    row = list(zip(fit.coefficient, fit.error, fit.robust_error, strict=True))
    line += ["", "[constant]", *_errors(row[0])]
    for term, part in zip(fit.term, row[1:], strict=True):
        place = (("variable", term.variable), ("lag", term.lag), ("difference", term.difference))
        line += ["", "[[terms]]", *(_pair(key, value) for key, value in place), *_errors(part)]
    return "\n".join(line) + "\n"


def read_satellite(path: str | Path) -> SatelliteFit:
    """Read a satellite file. ConfigError with file, key, value and what is allowed."""
    document = read_document(Path(path))
    try:
        file = _File.model_validate_json(json.dumps(document))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key} = {str(first['input'])[:60]!r}: {first['msg']}") from None
    row = (file.constant, *file.terms)
    return SatelliteFit(
        file.target, file.link, tuple(Term(t.variable, t.lag, t.difference) for t in file.terms),
        tuple(r.coefficient for r in row), tuple(r.error for r in row), tuple(r.robust_error for r in row),
        file.robust_lags, file.r2, file.n, file.per_year, file.first, file.last, file.residual_sd,
        file.residual_persistence, file.source,
    )  # fmt: skip


def _errors(row: tuple[float, float, float]) -> list[str]:
    return [_pair(key, value) for key, value in zip(("coefficient", "error", "robust_error"), row, strict=True)]


def _pair(key: str, value: str | float) -> str:
    """A TOML line; JSON's text and float forms are TOML's too (printable text, finite numbers)."""
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{key} = {text}"
