"""A folder of shipped files in which one at a time is replaced by a mutant, and read as `stress check` reads it."""

import re
import shutil
import time
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from shipped import ROOT, SCENARIOS

from stress.analysis.loading import load
from stress.assemble.problem import assemble
from stress.cli import cli
from stress.cli.pool import aggregated
from stress.errors import StressError
from stress.inputs.job import Job
from stress.inputs.table import read_table
from stress.kernels import alone
from stress.kernels.memory import Workspace, pack

TAPE = "tape.csv"
HISTORY = "scenarios/data/us_cards/fed_chargeoff_all_banks_NSA_1991Q1_2015Q4_all_loan_types.csv"
MOST_PATHS = 32
NO_SERIES = ("pboc_lpr_changes", "card_trusts/", "lendingclub/", "published/", "uci_cards/")
"""Shipped tables without a row for every period: dates of decisions, reports with gaps, cohorts, transitions, deals."""

_COMMENT = re.compile(r"(?m)^#.*$")


class Read(NamedTuple):
    """What reading a file came to."""

    said: str
    """The message of a refusal; empty where the file was accepted."""
    crash: str
    """An exception that is not ours: what a user would see as a traceback or an internal error."""
    seconds: float


class Folder:
    """A copy of all shipped inputs, with a small loan tape beside them and the template's job from its state."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copytree(SCENARIOS, path / "scenarios")
        unwanted = shutil.ignore_patterns("*.py", "__pycache__")
        shutil.copytree(ROOT / "stress/templates", path / "templates", ignore=unwanted)
        from stress.tape.example import baitiao_tape

        template = (path / "templates/job.toml").read_text(encoding="utf-8")
        started = template.replace('# state = "state.toml" ', 'state = "state.toml" ')
        assert started != template, "the template of a job offers no state"
        (path / "templates/mid_life.toml").write_text(started, encoding="utf-8")
        baitiao_tape(400, seed=3).to_csv(path / TAPE, index=False)

    @cached_property
    def documents(self) -> list[str]:
        """Every TOML file, by its path in the folder."""
        return sorted(str(p.relative_to(self.path)) for p in self.path.rglob("*.toml"))

    @cached_property
    def tables(self) -> list[str]:
        """Every CSV file that is a table of regular periods, or the tape."""
        names = sorted(str(p.relative_to(self.path)) for p in self.path.rglob("*.csv"))
        return [name for name in names if not any(part in name for part in NO_SERIES)]

    def text(self, name: str) -> str:
        """A file as it is shipped."""
        return (self.path / name).read_text(encoding="utf-8-sig")

    def readers(self, name: str) -> list[Path]:
        """The file itself, and one file that reads it, up to a job."""
        chain = [self.path / name]
        while (reader := self._reader_of(chain[-1])) is not None and reader not in chain:
            chain.append(reader)
        return chain

    def _reader_of(self, file: Path) -> Path | None:
        kinds = ("templates",) if "templates" in str(file) else ("scenarios/jobs", "scenarios")
        for kind in kinds:
            for path in sorted((self.path / kind).glob("*.toml")):
                if path != file and re.search(rf'[/"]{re.escape(file.name)}[":]', self._text(path)):
                    return path
        return None

    def _text(self, path: Path) -> str:
        return self._texts.setdefault(path, _COMMENT.sub("", path.read_text(encoding="utf-8")))

    @cached_property
    def _texts(self) -> dict[Path, str]:
        return {}

    def read(self, name: str, content: bytes) -> Read:
        """Replace a file, read it and what refers to it, run what is a job, and put the file back."""
        path, chain = self.path / name, self.readers(name)
        before = path.read_bytes()
        path.write_bytes(content)
        started, said, crash = time.perf_counter(), "", ""
        try:
            if name.endswith(".csv"):
                self._read_table(name)
            for file in chain[name.endswith(".csv") :]:
                model = load(file)
                if isinstance(model, Job):
                    runs(model)
        except StressError as error:
            said = str(error)
        except Exception as error:
            crash = f"{type(error).__name__}: {error}"
        finally:
            path.write_bytes(before)
        return Read(said, crash, time.perf_counter() - started)

    def _read_table(self, name: str) -> None:
        path = self.path / name
        if name == TAPE:
            assert np.isfinite(aggregated(path)[1].balance)
            return
        read_table(path)
        if name == HISTORY:
            command = ["calibrate", "rho", str(path), "--column", "CreditCards", "--quiet"]
            cli.main(command, standalone_mode=False)


def runs(job) -> None:
    """Some paths of a job: every result a number, every law kept. AssertionError where not."""
    job = job.model_copy(update={"paths": MOST_PATHS, "scenarios": job.scenarios[-1:]})
    space = Workspace(pack(assemble(job)))
    alone.run(space, 0, 1, MOST_PATHS, 1)
    tally = space.tally()
    assert tally.fault[:, 0].sum() == 0, "a result is not a number"
    assert tally.residual.max() <= 1e-9, f"a law is broken by {tally.residual.max():.2g}"
