"""History -> parameters with their uncertainty.

tables      macro tables and default-rate histories as published (Federal Reserve, EBA, plain CSV), and their months
rho         (p, rho, phi) at the engine's monthly horizon from a default-rate history, with intervals
satellite   default rates on macro variables: least squares with autocorrelation-robust errors, kept as TOML
"""

from stress.calibration.rho import RhoFit, calibrate_rho
from stress.calibration.satellite import (
    SatelliteFit,
    Term,
    fit_satellite,
    odds_by_month,
    parse_term,
)
from stress.calibration.satellite_file import read_satellite, satellite_to_toml
from stress.calibration.tables import MacroTable, join_tables, read_table, to_months

__all__ = [
    "MacroTable",
    "RhoFit",
    "SatelliteFit",
    "Term",
    "calibrate_rho",
    "fit_satellite",
    "join_tables",
    "odds_by_month",
    "parse_term",
    "read_satellite",
    "read_table",
    "satellite_to_toml",
    "to_months",
]
