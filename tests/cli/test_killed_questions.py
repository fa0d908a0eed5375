"""`stress whatif`, `backtest` and `book` killed at any moment: nothing half is left; asked again, the same."""

import contextlib
import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import batch_driver
import psutil
import pytest
from shipped import JOBS, SCENARIOS

CASE, CARDS = (str(JOBS / name) for name in ("baitiao-24m.toml", "card-master-trust.toml"))
REPORTS, BOOK = str(SCENARIOS / "reports/us-cards.toml"), str(SCENARIOS / "books/consumer.toml")
OVER = ["--over", "default_odds=1:3", "--points", "5"]
ASKED = {
    "whatif": ["whatif", CASE, *OVER, "--paths", "60000", "--threads", "1", "--json", "-o", "page.html"],
    "whatif by workers": ["whatif", CASE, *OVER, "--paths", "60000", "--workers", "2", "--json", "-o", "page.html"],
    "backtest": ["backtest", CARDS, REPORTS, "--from", "2000-01", "--json", "--report", "page.html"],
    "book": ["book", BOOK, "--paths", "40960", "--threads", "1", "--json", "--report", "page.html"],
    "book by workers": ["book", BOOK, "--paths", "40960", "--workers", "2", "--json", "--out", "kept"],
}


def start(command: list[str], folder: Path) -> subprocess.Popen[str]:
    asked = [sys.executable, "-m", "stress", *command]
    pipe = subprocess.PIPE
    return subprocess.Popen(asked, cwd=folder, env=batch_driver.environment(), stdout=pipe, stderr=pipe, text=True)


def ended(command: list[str], folder: Path) -> str:
    """What a command prints that is left alone."""
    child = start(command, folder)
    out, err = child.communicate(timeout=1500)
    assert child.returncode == 0, err
    assert "Traceback" not in err
    return out


def family(child: subprocess.Popen[str]) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(child.pid).children(recursive=True)
    return []


def killed(command: list[str], folder: Path, seconds: float) -> int:
    """SIGKILL a command after so long, and nothing else; 1 where it was still at work. What it started goes with it."""
    child = start(command, folder)
    begun, seen = time.monotonic(), set()
    while time.monotonic() - begun < seconds and child.poll() is None:
        seen |= set(family(child))
        time.sleep(0.05)
    died = int(child.poll() is None)
    seen |= set(family(child))
    child.kill()
    child.communicate()
    assert psutil.wait_procs(list(seen), timeout=300)[1] == []
    return died


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder under names that anybody reads."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(".part") and "checkpoint" not in path.parts
    }


def survives(name: str, times: int, tmp_path: Path) -> int:
    """Ask a question, kill it again and again in another folder, then let it end there: how often it died."""
    command, clean, torn = ASKED[name], tmp_path / "clean", tmp_path / "torn"
    clean.mkdir()
    torn.mkdir()
    begun = time.monotonic()
    whole = ended(command, clean)
    took = time.monotonic() - begun
    chance = random.Random(name)
    made = {key: value for key, value in files(clean).items() if key.endswith(".html")}
    (torn / "page.html").write_text("what was there")
    died = 0
    for _ in range(times):
        now = killed(command, torn, chance.uniform(0.2, 0.9) * took)
        died += now
        took *= 1.0 if now else 0.4  # the clean one had more to compile
        page = files(torn).pop("page.html")
        assert page in (b"what was there", made.get("page.html"))
        assert files(torn).keys() <= files(clean).keys() | {"page.html"}
    assert json.loads(ended(command, torn)) == json.loads(whole)
    assert {key: files(torn)[key] for key in made} == made
    return died


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
def test_a_question_killed_at_several_moments_gives_what_a_clean_one_gives(name: str, tmp_path: Path) -> None:
    assert survives(name, 4, tmp_path) >= 1


def spent() -> float:
    """CPU seconds of all commands that have ended, and of what they started."""
    return float(sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]))


def used(process: psutil.Process) -> float:
    """CPU seconds of a worker; 0 of another process, or of one that is gone."""
    with contextlib.suppress(psutil.Error):
        if "spawn_main" in " ".join(process.cmdline()):
            return float(sum(process.cpu_times()[:2]))
    return 0.0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["whatif by workers", "book by workers"])
def test_a_worker_that_is_killed_changes_nothing(name: str, tmp_path: Path) -> None:
    command = [part.replace("60000", "1000000").replace("40960", "200000") for part in ASKED[name]]
    clean, torn = tmp_path / "clean", tmp_path / "torn"
    clean.mkdir()
    torn.mkdir()
    before = spent()
    whole = ended(command, clean)
    at_work = (spent() - before) / 4.0  # two workers did nearly all of it: about half of what one did
    child, died = start(command, torn), 0
    while child.poll() is None and not died:
        worked = max(family(child), key=used, default=None)
        if worked is not None and used(worked) > at_work:
            worked.kill()
            died += 1
        time.sleep(0.05)
    out, err = child.communicate(timeout=1500)
    assert child.returncode == 0, err
    assert died == 1
    assert "Traceback" not in err
    assert json.loads(out) == json.loads(whole)
