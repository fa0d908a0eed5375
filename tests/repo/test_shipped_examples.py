"""Shipped examples: written from the package alone, each is the job of the clone and passes its checks."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from shipped import JOBS, ROOT, SCENARIOS, loaded

import stress
from stress.cli import exit_code
from stress.inputs.job import Job, Sweep
from stress.inputs.load import job_hash
from stress.templates.examples import SHORT, examples, files_of_example

NAMES = [path.stem for path in sorted(JOBS.glob("*.toml"))]
DEALS = [path.stem for path in sorted((SCENARIOS / "deals").glob("*.toml"))]


IN_TURN = """
import stress
from stress.cli import exit_code
print(stress.__file__, end="\\0\\n")
for words in ("examples --json", "new --example baitiao-24m-macro", "check baitiao-24m-macro/job.toml --no-base-case"):
    assert exit_code(words.split()) == 0
    print(end="\\0\\n" if words[0] != "c" else "")
"""


def jobs_of(path: Path) -> list[str]:
    """Hashes of the job, or of the jobs of a sweep."""
    read = loaded(path) if path.parent == JOBS else stress.load(path)
    assert isinstance(read, Job | Sweep)
    return [job_hash(job) for job in (read.jobs if isinstance(read, Sweep) else (read,))]


def test_every_shipped_job_is_an_example_and_every_shipped_deal_has_one_of_its_name() -> None:
    assert [example.name for example in examples()] == NAMES
    assert set(DEALS) <= set(NAMES)
    assert all(example.says.endswith(".") and len(example.says) < 300 for example in examples())


@pytest.mark.parametrize("name", NAMES)
def test_an_example_in_a_folder_of_its_own_is_the_job_of_the_clone(name: str, tmp_path: Path) -> None:
    assert exit_code(["new", "--example", name, "-o", str(tmp_path)]) == 0
    assert jobs_of(tmp_path / name / "job.toml") == jobs_of(JOBS / f"{name}.toml")


def test_an_example_brings_the_tables_of_its_scenarios_with_their_sources_and_nothing_else() -> None:
    macro = {path.as_posix() for path in files_of_example("baitiao-24m-macro")}
    assert {"deals/baitiao-24m.toml", "pools/baitiao.toml", "data/SOURCES.txt"} <= macro
    assert "data/dfast/2025-Table_3A_Supervisory_Severely_Adverse_Domestic.csv" in macro
    plain = {path.as_posix() for path in files_of_example("baitiao-24m")}
    assert not any("data/" in path or "satellites/" in path for path in plain)
    assert sum(path.startswith("deals/") for path in plain) == 1


def test_an_example_under_a_name_of_ones_own_is_called_so_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["new", "job", "mine", "--example", "baitiao", "-o", str(tmp_path)]
    assert exit_code(command) == 0
    job = stress.load(tmp_path / "mine" / "job.toml")
    assert (job.name, SHORT["baitiao"]) == ("mine", "baitiao-24m")
    before = {path: path.read_bytes() for path in (tmp_path / "mine").rglob("*.toml")}
    assert exit_code(command) == 2
    assert "already exists" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in (tmp_path / "mine").rglob("*.toml")}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["--example", "card-master-trsut"], "did you mean card-master-trust?"),
        (["--example", "../deals/baitiao-24m"], "no such example"),
        (["pool", "mine", "--example", "baitiao"], "stress new job NAME --example baitiao"),
        (["job", "a/b", "--example", "baitiao"], "without slash"),
        (["--example", "baitiao", "--all"], "not to an example"),
        (["job"], "KIND and NAME"),
    ],
)
def test_an_example_that_cannot_be_written_is_refused_in_words(
    command: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["new", *command, "-o", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_wheel_without_its_clone_lists_writes_and_checks_an_example(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    made = subprocess.run([*build, "-d", str(tmp_path)], cwd=ROOT, env=clean, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site)

    done = subprocess.run(
        [sys.executable, "-c", IN_TURN],
        cwd=tmp_path, env={**clean, "PYTHONPATH": str(site)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    where, listed, written, checked = done.stdout.split("\0\n")
    assert Path(where).is_relative_to(site)
    assert [example["name"] for example in json.loads(listed)] == NAMES
    assert len(written.split()) > 5
    assert "job" in checked
    assert jobs_of(tmp_path / "baitiao-24m-macro" / "job.toml") == jobs_of(JOBS / "baitiao-24m-macro.toml")
