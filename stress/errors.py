"""Errors a user can meet, each with the exit code of the command line."""

from __future__ import annotations

__all__ = [
    "ClusterLost",
    "ConfigError",
    "DataError",
    "Incomplete",
    "LimitBreached",
    "LimitError",
    "StressError",
    "Unwritten",
]


class StressError(Exception):
    """Anything that stops a run and can be said in one sentence."""

    exit_code = 1


class ConfigError(StressError):
    """An input file or an option is wrong: file, key, value and what is allowed."""

    exit_code = 2


class Unwritten(ConfigError):
    """A file that an option asks for cannot be written."""


class DataError(StressError):
    """A data file (history, tape, results) is wrong."""

    exit_code = 3


class Incomplete(StressError):
    """The run stopped before its end and can be resumed."""

    exit_code = 4


class LimitError(StressError):
    """The run would exceed a stated limit on paths, memory or time."""

    exit_code = 5


class ClusterLost(StressError):
    """The cluster went away; the run can be resumed."""

    exit_code = 6


class LimitBreached(StressError):
    """A `--fail-on` limit on a measure was breached."""

    exit_code = 7


def __dir__() -> list[str]:
    return sorted(__all__)
