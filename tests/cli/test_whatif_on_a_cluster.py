"""`stress whatif --scheduler` and `--workers`: the page that threads give, from workers of a Dask cluster."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster
from handed import Capture
from shipped import JOB

from stress.cli import exit_code

ASKED = ["whatif", str(JOB), "--over", "default_odds=1:3", "--points", "4"]
FEW = ["--paths", "128", "--json"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler on loopback with two workers."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def test_workers_of_a_cluster_give_what_threads_give(address: str, tmp_path: Path, capsys: Capture) -> None:
    documents = []
    for how in (["--scheduler", address], ["--threads", "1"]):
        assert exit_code([*ASKED, *FEW, *how, "--out", str(tmp_path / "page.html")]) == 0
        documents.append(json.loads(capsys.readouterr().out))
    assert documents[0] == documents[1]
    assert len(documents[0]["place"]) == 4


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path, capsys: Capture) -> None:
    command = [*ASKED, *FEW, "--scheduler", "tcp://127.0.0.1:9", "--out", str(tmp_path / "page.html")]
    assert exit_code(command) == 6
    assert "no scheduler answers" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_threads_and_workers_exclude_each_other(capsys: Capture) -> None:
    assert exit_code([*ASKED, "--threads", "1", "--workers", "2"]) == 2
    assert "--threads, --workers and --scheduler: only one of them" in capsys.readouterr().err
