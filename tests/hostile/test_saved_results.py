"""Saved results that are damaged, of another program or made to harm: one message, or the numbers that were saved."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import h5py
import numpy as np
import pytest
import xarray as xr
from mutants import saved
from mutants.spent import spent
from shipped import JOB

import stress
from stress import results
from stress.cli import exit_code
from stress.errors import DataError
from stress.results import sealed

FEW, MANY = 4, 150
"""Mutants of bytes, of each kind."""
COMMANDS = (
    *("table FILE", "report FILE -o OUT", "export FILE --csv -o OUT", "plot FILE loss --tranche A -o SVG"),
    *("compare FILE GOOD", "compare GOOD FILE", "capital FILE", "ecl FILE", "document FILE -o OUT"),
    "replay JOB --quantile 0.9 --tranche A --results FILE",
)
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def good(counted: xr.Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return results.save(counted, tmp_path_factory.mktemp("saved") / "good.nc")


@pytest.fixture(scope="module")
def before(good: Path) -> xr.Dataset:
    return results.open(good)


def wrong_of(
    good: Path, before: xr.Dataset, folder: Path, kinds: dict[str, saved.Change], seeds: range
) -> Iterator[str]:
    """Mutants that are read as something else than `before`, or refused in another way than by one message that names
    the file."""
    for kind in kinds:
        for seed in seeds:
            path = saved.mutant(kind, good, folder / "m.nc", Random(f"{kind} {seed}"))
            try:
                ds = results.open_any(path)
            except DataError as error:
                if not str(error).startswith(f"{path}: ") or len(str(error)) > 500 or "\n" in str(error):
                    yield f"{kind} {seed}: says {error}"
            else:
                if kind in saved.REFUSED or not ds.identical(before):
                    yield f"{kind} {seed}: accepted"


@pytest.mark.parametrize("kind", saved.OF_BYTES)
def test_damaged_bytes_are_refused_or_change_nothing(kind: str, good: Path, before: xr.Dataset, tmp_path: Path) -> None:
    assert not list(wrong_of(good, before, tmp_path, {kind: saved.OF_BYTES[kind]}, range(FEW)))


@pytest.mark.parametrize("kind", saved.REFUSED)
def test_what_no_run_writes_is_refused(kind: str, good: Path, before: xr.Dataset, tmp_path: Path) -> None:
    assert not list(wrong_of(good, before, tmp_path, {kind: saved.REFUSED[kind]}, range(1)))


@pytest.mark.slow
def test_a_thousand_mutants_of_a_result(good: Path, before: xr.Dataset, tmp_path: Path, record_property) -> None:
    wrong = [*wrong_of(good, before, tmp_path, saved.OF_BYTES, range(FEW, FEW + MANY))]
    wrong += wrong_of(good, before, tmp_path, saved.REFUSED, range(1, 8))
    made = MANY * len(saved.OF_BYTES) + 7 * len(saved.REFUSED)
    record_property("measured", f"{made:,} mutants of a result, {len(wrong)} faults")
    print(*wrong, sep="\n")
    assert made > 1_000
    assert not wrong


@pytest.mark.parametrize("asked", COMMANDS)
def test_every_command_refuses_a_damaged_result_by_one_message(
    asked: str, good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved.mutant("flipped bits", good, tmp_path / "m.nc", Random(1))
    named = {"FILE": str(path), "GOOD": str(good), "JOB": str(JOB), "OUT": str(tmp_path / "out.html"),
             "SVG": str(tmp_path / "out.svg")}  # fmt: skip
    assert exit_code([named.get(part, part) for part in asked.split()]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"stress: {path}: is damaged: its bytes are not those that were written (SHA-256 differs)\n"
    assert [file.name for file in tmp_path.iterdir()] == ["m.nc"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", saved.REFUSED)
def test_a_command_refuses_it_in_bounded_time_and_memory(kind: str, good: Path, tmp_path: Path) -> None:
    cost = spent("table", str(saved.mutant(kind, good, tmp_path / "m.nc", Random(2))))
    print(f"{kind}: {cost.seconds:.2f} s, {cost.megabytes:.0f} MB")
    assert cost.code == 3
    assert cost.err.count("\n") == 1
    assert "internal error" not in cost.err
    assert cost.megabytes < 400
    assert cost.seconds < 20.0


@pytest.mark.parametrize(
    "kind", ["nothing", "a text", "other variables", "no variable", "a folder", "a link to itself"]
)
def test_what_is_no_result_at_all_is_refused(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "results.nc"
    other = {"nothing": b"", "a text": b"hello"}
    if kind in other:
        path.write_bytes(other[kind])
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a link to itself":
        path.symlink_to(path)
    else:
        xr.Dataset({"t2m": ("time", np.ones(3))} if kind == "other variables" else {}).to_netcdf(
            path, engine="h5netcdf"
        )
    for given in (path, tmp_path):
        assert exit_code(["table", str(given)]) == 3
        said = capsys.readouterr().err
        assert said.startswith(f"stress: {path}")
        assert said.count("\n") == 1


@pytest.mark.usefixtures("no_figures")
def test_texts_of_a_result_are_escaped_in_its_report(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.nc"
    path.write_bytes(good.read_bytes()[: -sealed.LENGTH])
    with h5py.File(path, "r+") as file:
        for name in ("base_case", "machine", "version", "source_digest", "estimator", "rng", "job_hash"):
            file.attrs[name] = SCRIPT
        file.attrs["input_notes"] = f'[["deal", "{SCRIPT}", "{SCRIPT}"]]'
    assert exit_code(["report", str(path), "-o", str(tmp_path / "r.html"), "-q", "--author", SCRIPT]) == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert SCRIPT not in page


def test_a_result_without_a_seal_is_read_and_other_programs_read_one_with(counted: xr.Dataset, good: Path) -> None:
    assert xr.load_dataset(good, engine="h5netcdf").drop_attrs().identical(counted.drop_attrs())
    bare = good.with_name("bare.nc")
    bare.write_bytes(good.read_bytes()[: -sealed.LENGTH])
    assert stress.open(bare).identical(counted)
    assert bare.read_bytes() + sealed.seal_of(bare.read_bytes()) == good.read_bytes()


def test_checkpoints_and_jobs_that_are_none_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "checkpoint").mkdir()
    for name, text in (("job.json", "{"), ("job.json", "[1]"), ("job.json", '{"over": 1}'), ("job.json", '{"name": 1}'),
                       ("book.json", '{"book": {}, "level": 1, "aim": [1]}')):  # fmt: skip
        (tmp_path / "checkpoint" / name).write_text(text)
        for command in ("table", "report"):
            assert exit_code([command, str(tmp_path)]) == 3
            said = capsys.readouterr().err
            assert said.startswith(f"stress: {tmp_path}: its ")
            assert said.count("\n") == 1
