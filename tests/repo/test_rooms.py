"""What the tab key and `help` show of `stress` in Python: the public names, each told in words."""

import inspect
import pydoc
import subprocess
import sys
from types import ModuleType

import pytest

import stress
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.text.docstrings import docstrings_of

ROOMS = [name for name in stress.__all__ if isinstance(getattr(stress, name), ModuleType)]


def test_the_tab_key_finds_the_public_names_of_every_room_before_any_was_asked_for() -> None:
    """It showed no question of `stress.analysis` at all, and `help` none either: they are loaded when asked for."""
    code = f"import stress\nfor room in {ROOMS}:\n    print(*dir(getattr(stress, room)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    shown = dict(zip(ROOMS, map(str.split, done.stdout.splitlines()), strict=True))
    assert {"breakeven", "whatif"} <= set(shown["analysis"])
    assert "picture" in shown["explain"]
    for room in ROOMS:
        assert shown[room] == sorted(getattr(stress, room).__all__)


@pytest.mark.parametrize("room", ROOMS)
def test_help_shows_every_public_name_of_a_room(room: str) -> None:
    shown = pydoc.render_doc(getattr(stress, room), renderer=pydoc.plaintext)
    for name in getattr(stress, room).__all__:
        assert f"\n    {name}" in shown or f"\n    class {name}" in shown, name


@pytest.mark.parametrize("room", ROOMS)
def test_a_signature_can_be_read(room: str) -> None:
    """One default of `sensitivity` was seven thousand characters long, with addresses in it."""
    module = getattr(stress, room)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isfunction(value):
            shown = str(inspect.signature(value))
            assert len(shown) < 600, name
            assert " at 0x" not in shown, name


@pytest.mark.parametrize("kind", [stress.analysis.Bank, stress.calibration.RhoFit, stress.calibration.SatelliteFit])
def test_fields_are_told_by_what_they_are(kind: type) -> None:
    assert "ForwardRef" not in str(inspect.signature(kind))
    below = docstrings_of(kind)
    assert below
    assert {field: getattr(kind, field).__doc__ for field in below} == below


def test_what_a_user_may_give_of_a_bank_is_told() -> None:
    assert "share of the pool's balance" in str(stress.analysis.Bank.delinquent.__doc__)


def test_an_input_shows_its_own_keys_and_says_how_another_one_is_made(worked_job: Job) -> None:
    shown = {name for name in dir(worked_job) if not name.startswith("_")}
    assert set(type(worked_job).model_fields) | {"but"} <= shown
    assert not any(name.startswith("model_") for name in shown | set(dir(worked_job.deal.notes[0])))
    with pytest.raises(ConfigError, match=r"^job '.*': is frozen: job\.but\(paths=\.\.\.\) gives another one$"):
        worked_job.paths = 5
    with pytest.raises(ConfigError, match=r"is frozen"):
        del worked_job.deal
