"""The pinned dependencies: complete, hashed, within what pyproject.toml asks for, and free of addresses."""

import re

import pytest
import tomli
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from shipped import ROOT

TEXT = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8")
ENTRY = re.compile(
    r"^([a-z0-9-]+==\S+(?: ; [^\\\n]+)?) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


@pytest.fixture(scope="module")
def pinned() -> dict[str, list[Requirement]]:
    """Entries by name; a name may stand twice, for different versions of Python."""
    by_name: dict[str, list[Requirement]] = {}
    for text, _ in ENTRY.findall(TEXT):
        pin = Requirement(text)
        by_name.setdefault(canonicalize_name(pin.name), []).append(pin)
    return by_name


def wanted() -> list[Requirement]:
    """What a user, the tests and the build need."""
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = project["project"]["optional-dependencies"]
    lines = project["project"]["dependencies"] + extra["test"] + extra["calibration"]
    return [Requirement(line) for line in (*lines, *project["build-system"]["requires"])]


def test_every_line_is_a_pinned_version_with_its_hashes() -> None:
    rest = ENTRY.sub("", TEXT)
    assert all(line.startswith("#") for line in rest.splitlines()), rest[:200]
    assert len(ENTRY.findall(TEXT)) > 80


def test_the_oldest_versions_that_are_tried_are_those_that_are_allowed() -> None:
    lines = (ROOT / ".ci" / "oldest.txt").read_text(encoding="utf-8").splitlines()
    tried = {line.replace("==", ">=") for line in lines if not line.startswith("#")}
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert tried == set(project["project"]["dependencies"])


def test_no_address_stands_in_the_file() -> None:
    assert not re.search(r"https?:|://|--index|--find-links|\b[a-z0-9-]+\.(org|com|net|io)\b", TEXT)


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("need", wanted(), ids=str)
def test_what_the_project_needs_is_pinned_within_its_bounds(
    need: Requirement, python: str, pinned: dict[str, list[Requirement]]
) -> None:
    place = {**default_environment(), "python_version": python, "python_full_version": f"{python}.4"}
    own = [pin for pin in pinned[canonicalize_name(need.name)] if pin.marker is None or pin.marker.evaluate(place)]
    assert len(own) == 1
    version = str(own[0].specifier).removeprefix("==")
    assert need.specifier.contains(version, prereleases=True)
