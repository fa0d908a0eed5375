"""Figures of a Dataset, as matplotlib figures; `ink.svg` makes them deterministic SVG."""

from stress.report.figures.convergence import Track, convergence, tracks
from stress.report.figures.defaults import defaults
from stress.report.figures.ink import svg
from stress.report.figures.lives import lives
from stress.report.figures.losses import loss
from stress.report.figures.months import FANS, events, fan
from stress.report.figures.overview import heat_map

__all__ = ["FANS", "Track", "convergence", "defaults", "events", "fan", "heat_map", "lives", "loss", "svg", "tracks"]
