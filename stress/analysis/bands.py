"""The table of EL-implied bands that questions read: the user's own or an illustrative one. Never a rating."""

from __future__ import annotations

from pathlib import Path

from stress.inputs.bands import Bands
from stress.inputs.files.parse import parse_as

ILLUSTRATIVE = Path(__file__).parent.parent / "data" / "bands.toml"


def load_bands(path: str | Path | None = None) -> Bands:
    """Read a table of bands, the illustrative one where no file is given. Raises ConfigError.

    >>> load_bands().band(0.0, 2.0)
    '1'
    """
    return parse_as(ILLUSTRATIVE if path is None else Path(path), Bands, "--bands")
