"""History -> parameters with their uncertainty.

read_table  macro tables and default-rate histories as published (Federal Reserve, EBA, plain CSV)
sample      the periods of a history that are fitted, stated; frequencies made equal
rho         (p, rho, phi) at the engine's monthly horizon from a default-rate history, with intervals
sampling    how far the three may be off together, for paths that draw their own
stages      seasoning: how the default hazard grows with age, from static-pool tables (`vintages` reads them)
chain_ladder  what vintages will have lost in the end, by the factors from age to age of those before them
rolls       a delinquency ladder from balances by bucket (`roll_tables` reads them), and how it moves (`roll_series`)
satellite   default rates on macro variables: least squares with autocorrelation-robust errors, kept as TOML
var         macro variables around a path: a vector autoregression, kept as TOML
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.inputs.arguments import on_demand
from stress.inputs.kinds import level_of

if TYPE_CHECKING:
    from stress.calibration.rho import RhoFit, calibrate_rho
    from stress.calibration.sampling import sampling_of
    from stress.calibration.satellite import SatelliteFit, Term, fit_satellite, parse_term
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
    **dict.fromkeys(("RhoFit", "calibrate_rho"), "stress.calibration.rho"),
    **dict.fromkeys(("SatelliteFit", "Term", "fit_satellite", "parse_term"), "stress.calibration.satellite"),
    "sampling_of": "stress.calibration.sampling",
    **dict.fromkeys(("read_satellite", "satellite_to_toml"), "stress.calibration.satellite_file"),
    **dict.fromkeys(("MacroTable", "join_tables", "read_table"), "stress.inputs.table"),
}
"""Where each public name lives. Imported when asked for: a run needs `static_pool` alone; scipy.stats takes 0.4 s."""
__getattr__ = on_demand(globals(), _HOME, lambda: {"level": level_of})
