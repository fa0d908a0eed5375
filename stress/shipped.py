"""Where the shipped deals, pools, scenarios and jobs lie: in the installed package, or in the clone it runs from."""

from __future__ import annotations

from pathlib import Path

from stress.errors import DataError

PACKAGED = Path(__file__).parent / "scenarios"
"""Where a wheel holds them."""
CLONE = Path(__file__).parents[1]
"""The repository, where this package runs from a clone of it."""


def scenarios_folder() -> Path:
    """The folder of all of them. Raises DataError where neither a wheel nor a clone has it."""
    for folder in (PACKAGED, CLONE / "scenarios"):
        if (folder / "jobs").is_dir():
            return folder
    raise DataError(f"the shipped scenarios are neither in {PACKAGED} nor in {CLONE}: install the package again")


def shipped(name: str) -> Path:
    """One file of that folder. Raises DataError where it lacks it."""
    path = scenarios_folder() / name
    if not path.is_file():
        raise DataError(f"{path}: no such file among the shipped scenarios")
    return path


def changes() -> list[str]:
    """The newest section of the changelog as lines of Markdown, its headings one level down."""
    for file in (PACKAGED / "CHANGELOG.md", CLONE / "CHANGELOG.md"):
        if file.is_file():
            newest = file.read_text(encoding="utf-8").split("\n## ")[1]
            first, *rest = newest.splitlines()
            return [f"### {first}", *(f"#{x}" if x.startswith("###") else x for x in rest)]
    raise DataError(f"CHANGELOG.md is neither in {PACKAGED} nor in {CLONE}: install the package again")
