"""History -> parameters with their uncertainty.

read_table  macro tables and default-rate histories as published (Federal Reserve, EBA, plain CSV)
sample      the periods of a history that are fitted, stated; frequencies made equal
rho         (p, rho, phi) at the engine's monthly horizon from a default-rate history, with intervals
sampling    how far the three may be off together, for paths that draw their own
stages      seasoning: how the default hazard grows with age, from static-pool tables (`vintages` reads them)
rolls       a delinquency ladder from balances by bucket (`roll_tables` reads them), and how it moves (`roll_series`)
satellite   default rates on macro variables: least squares with autocorrelation-robust errors, kept as TOML
var         macro variables around a path: a vector autoregression, kept as TOML
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stress.calibration.rho import RhoFit, calibrate_rho
    from stress.calibration.sampling import sampling_of
    from stress.calibration.satellite import (
        SatelliteFit,
        Term,
        fit_satellite,
        parse_term,
    )
    from stress.calibration.satellite_file import read_satellite, satellite_to_toml
    from stress.inputs.table import MacroTable, join_tables, read_table

__all__ = [
    "MacroTable",
    "RhoFit",
    "SatelliteFit",
    "Term",
    "calibrate_rho",
    "fit_satellite",
    "join_tables",
    "parse_term",
    "read_satellite",
    "read_table",
    "sampling_of",
    "satellite_to_toml",
]

_HOME = {
    "stress.calibration.rho": ("RhoFit", "calibrate_rho"),
    "stress.calibration.satellite": ("SatelliteFit", "Term", "fit_satellite", "parse_term"),
    "stress.calibration.sampling": ("sampling_of",),
    "stress.calibration.satellite_file": ("read_satellite", "satellite_to_toml"),
    "stress.inputs.table": ("MacroTable", "join_tables", "read_table"),
}
"""Where each public name lives. Imported when asked for: a run needs `static_pool` alone; scipy.stats takes 0.4 s."""


def __getattr__(name: str) -> Any:
    from stress.inputs.arguments import put_to, share_between
    from stress.inputs.text.docstrings import documented

    for module, names in _HOME.items():
        if name in names:
            return documented(put_to(getattr(importlib.import_module(module), name), {"level": share_between}))
    raise AttributeError(f"module 'stress.calibration' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
