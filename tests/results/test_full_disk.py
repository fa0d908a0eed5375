"""A disk that fills up under a file of results: an OSError in this process, nothing left of the file."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

import stress
from stress import results

TRIED = """
import errno, resource, sys
from pathlib import Path
import stress
from stress.cli import resuming
limit, source, file = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
ds = stress.open(source)
def saved(): stress.results.save(ds, file)
def swept(): stress.results.save(stress.results.open_any(source.with_name("sweep.nc")), file)
def odd(): stress.results.save(ds.assign_attrs(tags=["a", "b"]), file)
def kept(): print(resuming._keep(file, {"0a": ds}))
for write in (saved, swept, odd, kept):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        write()
        print(write.__name__, "written")
    except OSError as error:
        print(write.__name__, errno.errorcode[error.errno])
"""


@pytest.fixture
def source(quick_dataset: xr.Dataset, tmp_path: Path) -> Path:
    parts = {"one": quick_dataset, "2024/1: other": quick_dataset}
    results.save(xr.DataTree.from_dict({name.replace("/", "%2F"): ds for name, ds in parts.items()}),
                 tmp_path / "sweep.nc")  # fmt: skip
    return results.save(quick_dataset, tmp_path / "source.nc")


@pytest.mark.parametrize("part", [0.0, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_disk_that_is_full_after_any_part_of_the_file_ends_neither_the_process_nor_leaves_a_file(
    part: float, source: Path, tmp_path: Path
) -> None:
    """Written by HDF5 itself, a file that could not grow ended the process by a fault of memory (exit code 139)."""
    folder = tmp_path / "full"
    folder.mkdir()
    limit = int(part * source.stat().st_size)
    done = subprocess.run(
        [sys.executable, "-c", TRIED, str(limit), str(source), str(folder / "tried.nc")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()
    assert said[:3] == ["saved EFBIG", "swept EFBIG", "odd EFBIG"]
    assert said[3].endswith("cannot be written (File too large): nothing is kept")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("write", [stress.results.save, stress.report.write])
def test_a_folder_in_the_place_of_a_file_is_told_before_anything_is_drawn(
    write: Callable[[xr.Dataset, Path], Path],
    quick_dataset: xr.Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nine seconds of figures ended in an error that named a file which nobody had asked for."""
    monkeypatch.setattr("stress.report.page.whole.render", lambda *_: pytest.fail("drawn"))
    with pytest.raises(IsADirectoryError, match=f"is a folder, the name of a file is needed: '{tmp_path}'$"):
        write(quick_dataset, tmp_path)
    assert list(tmp_path.iterdir()) == []
