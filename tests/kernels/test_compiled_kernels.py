"""Compiled kernels on disk: only bytes that this user wrote, as they were written, ever run."""

import logging
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hand_worked
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba import config
from other_user import ANOTHER, ME, needs_root, run_as

from stress import compiled
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.load import job_to_json
from stress.kernels import jit
from stress.kernels.entry import Entry
from stress.kernels.space import space_of

JOB = Job(
    name="small",
    deal=hand_worked.deal(),
    pool=hand_worked.pool(default=0.01),
    scenarios=(ScenarioCase(name="base"),),
    paths=64,
    seed=1,
    clock="monthly",
)

compiles = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="nothing is compiled")


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "stress")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("STRESS_CACHE", str(tmp_path / "kernels"))
    return tmp_path / "kernels"


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user can enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@given(content=st.binary(max_size=200), at=st.integers(0), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_kernel_with_one_flipped_bit_is_never_read(tmp_path: Path, content: bytes, at: int, bit: int) -> None:
    file = tmp_path / "one.kernel"
    compiled.write(file, b"key", content)
    assert compiled.read(file, b"key") == content
    held = bytearray(file.read_bytes())
    held[at % len(held)] ^= 1 << bit
    file.write_bytes(held)
    assert compiled.read(file, b"key") is None


def test_a_kernel_that_is_cut_short_or_of_another_function_is_never_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "one.kernel"
    compiled.write(file, b"key", b"machine code")
    whole = file.read_bytes()
    assert compiled.read(file, b"another key") is None
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert compiled.read(file, b"key") is None
    assert all("compiled again" in line for line in caplog.messages)
    assert len(caplog.messages) == len(whole) + 1


@jit.kernel
def growth(x: Any, out: Any, n: int) -> None:
    """A kernel small enough to be compiled forty times."""
    x, out = space_of(x), space_of(out)
    for i in range(n):
        out[0] += np.exp(0.1 * x[i]) / 3.0


def grown() -> tuple[float, int]:
    """What a new entry to it counts, and how often it was compiled for that."""
    out, compilations = np.zeros(1), []
    compile_now = jit.machine_code
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jit, "machine_code", lambda *given: compilations.append(given) or compile_now(*given))
        Entry(__name__, "growth", "f8* f8* i8")(np.arange(7.0), out, 7)
    return out[0], len(compilations)


@compiles
def test_flipped_bits_in_a_kernels_file_give_the_same_bits_after_a_compilation(
    place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Of 40 flips in a cached kernel seven once crashed the process and one gave a wrong result with exit code 0."""
    right, _ = grown()
    assert right == pytest.approx(sum(np.exp(0.1 * i) / 3.0 for i in range(7)), rel=1e-14)
    (file,) = place.glob("*/*.kernel")
    held, draw = file.read_bytes(), random.Random(1)
    for _ in range(40):
        flipped = bytearray(held)
        flipped[draw.randrange(len(held))] ^= 1 << draw.randrange(8)
        file.write_bytes(flipped)
        caplog.clear()
        assert grown() == (right, 1)
        assert len(caplog.messages) == 1
        assert grown() == (right, 0)  # what was compiled again stands there now


@compiles
@pytest.mark.parametrize(
    "wrong",
    [[0.0], np.zeros(7, np.float32), np.zeros((7, 2))[:, 0], np.zeros(7, np.int64)],
    ids=["list", "short", "strided", "whole"],
)
def test_an_array_of_another_kind_is_refused(place: Path, wrong: Any) -> None:
    with pytest.raises(TypeError, match="a contiguous array of float64 is asked"):
        Entry(__name__, "growth", "f8* f8* i8")(wrong, np.zeros(1), 7)


@compiles
def test_a_call_with_too_few_arguments_is_refused(place: Path) -> None:
    with pytest.raises(ValueError, match="argument 2 is longer"):
        Entry(__name__, "growth", "f8* f8* i8")(np.zeros(7), np.zeros(1))


@compiles
def test_a_kept_kernel_is_called_without_a_compiler(place: Path) -> None:
    """Numba takes as long to import as all that a small run does."""
    code = (
        "import sys, numpy as np\nfrom stress.kernels.entries import philox_words\n"
        "out = np.zeros(128, np.uint64)\nphilox_words(np.arange(128, dtype=np.uint64), 5, out)\n"
        "print('numba' in sys.modules, out.sum())"
    )
    said = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "12"
    ]
    (first, words), (second, again) = (text.split() for text in said)
    assert (first, second) == ("True", "False")
    assert words == again != "0"


@compiles
@pytest.mark.slow
def test_a_run_on_a_damaged_kernel_counts_the_same_and_says_so(place: Path, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(job_to_json(JOB), encoding="utf-8")
    code = (
        "import sys, stress\nfrom stress.inputs.load import job_from_json\nfrom stress.runs.jobs import result_digest\n"
        "print(result_digest(stress.simulate(job_from_json(open(sys.argv[1]).read()))))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "job.json")]

    def run() -> tuple[str, str]:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout, done.stderr

    right, _ = run()
    for file in place.glob("*/run_panels-*.kernel"):
        held = bytearray(file.read_bytes())
        held[len(held) // 2] ^= 16
        file.write_bytes(held)
    digest, said = run()
    assert digest == right
    assert "is not what was written (SHA-256): the kernel is compiled again" in said
    assert run() == (right, "")


def test_the_folder_of_kernels_and_its_files_are_closed_to_others(place: Path) -> None:
    directory = compiled.cache_directory()
    assert directory is not None
    compiled.write(directory / "one.kernel", b"key", b"")
    for path in (place, directory):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "one.kernel").stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
@pytest.mark.parametrize("open_to_others", [lambda place: place.parent, lambda place: place], ids=["above", "itself"])
def test_a_folder_that_others_can_write_holds_no_kernels(
    place: Path, open_to_others: Callable[[Path], Path], caplog: pytest.LogCaptureFixture
) -> None:
    place.mkdir()
    open_to_others(place).chmod(0o777)
    assert compiled.cache_directory() is None
    assert "STRESS_CACHE=FOLDER names one" in caplog.text


@needs_root
def test_a_kernel_that_another_user_wrote_is_never_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "one.kernel"
    compiled.write(file, b"key", b"machine code")
    os.chown(file, ANOTHER, ANOTHER)
    assert compiled.read(file, b"key") is None
    assert "another user can write it" in caplog.text


def test_a_link_in_place_of_a_kernel_is_never_followed(tmp_path: Path) -> None:
    compiled.write(tmp_path / "real.kernel", b"key", b"machine code")
    (tmp_path / "one.kernel").symlink_to(tmp_path / "real.kernel")
    assert compiled.read(tmp_path / "one.kernel", b"key") is None


LOAD = "import stress.compiled; stress.compiled._version()"
"""As this user, who can read what is installed."""
PLACE = "print(stress.compiled.cache_directory())"


@needs_root
def test_a_temporary_folder_that_another_user_made_first_holds_no_kernels(shared: Path) -> None:
    """Who makes `/tmp/stress-UID` before its user would own what is put there, and swap code in."""
    shared.chmod(0o1777)
    squatted = shared / f"stress-{ME}"
    squatted.mkdir()
    os.chown(squatted, ANOTHER, ANOTHER)
    squatted.chmod(0o777)
    done = run_as(ME, LOAD, PLACE, TMPDIR=str(shared))
    assert done.stdout == "None\n", done
    assert done.stderr.count("\n") == 1
    assert list(squatted.iterdir()) == []
    squatted.rmdir()
    done = run_as(ME, LOAD, PLACE, TMPDIR=str(shared))
    assert done.stdout.startswith(str(squatted)), done
    assert done.stderr == ""


@needs_root
def test_a_place_below_a_folder_of_another_user_holds_no_kernels(shared: Path) -> None:
    theirs = shared / "theirs"
    theirs.mkdir()
    os.chown(theirs, ANOTHER, ANOTHER)
    (theirs / "mine").mkdir()
    os.chown(theirs / "mine", ME, ME)
    done = run_as(ME, LOAD, PLACE, STRESS_CACHE=str(theirs / "mine"))
    assert done.stdout == "None\n", done
    assert str(theirs / "mine") in done.stderr
    (shared / "mine").symlink_to(theirs / "mine")
    assert run_as(ME, LOAD, PLACE, STRESS_CACHE=str(shared / "mine")).stdout == "None\n"


@compiles
@pytest.mark.skipif(os.name == "nt", reason="Windows gives every user a profile")
def test_a_user_without_an_entry_and_without_a_home_runs_a_job(tmp_path: Path) -> None:
    """As in a container that was given some number for a user id: the kernels go to the temporary folder."""
    place = tmp_path / f"stress-{os.getuid()}"
    held = compiled.cache_directory()
    if held is not None:  # spares a compilation
        shutil.copytree(held, place / held.name)
        place.chmod(0o700)
    code = (
        "import pwd, sys\ndef nobody(user): raise KeyError(user)\npwd.getpwuid = nobody\n"
        "import pathlib, stress.report\n"
        "stress.report.write = lambda ds, path, *_, **__: pathlib.Path(path).write_text('<html></html>')\n"
        "from stress.cli import main\nmain(sys.argv[1:])"
    )
    command = ["run", "scenarios/jobs/baitiao-24m.toml", "--scenario", "baseline", "--paths", "64"]
    known = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_CACHE_HOME", "STRESS_CACHE")}
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--out", str(tmp_path / "out"), "--threads", "1"],
        env=known | {"TMPDIR": str(tmp_path), "MPLCONFIGDIR": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out/results.nc").is_file()
    assert list(place.glob("*/run_panels-*.kernel"))
