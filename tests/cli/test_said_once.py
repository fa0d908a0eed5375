"""Options that say something of a key say it once, and none is given that changes nothing: silence would hide it."""

import pytest
from shipped import ROOT

from stress.cli import exit_code

JOB = str(ROOT / "scenarios/jobs/baitiao-24m.toml")
STRESSES = str(ROOT / "scenarios/stresses/example.toml")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["size", JOB, "--target", "A:EL=0.01", "--target", "A:PD=0.02"], "--target: A stands twice"),
        (["size", JOB, "--target", "EL=0.01", "--target", "PD=0.02"], "--target: all notes stands twice"),
        (["price", JOB, "--tranche", "A", "--zero", "1=0.02", "--zero", "1.0=0.03"], "--zero: 1.0 stands twice"),
        (["rating", JOB, "--stresses", STRESSES, "--class", "A=x", "--class", "A=y"], "--class: A stands twice"),
        (["capital", JOB, "--keep", "A=0.1", "--keep", "A=0.2"], "--keep: A stands twice"),
        (["capital", JOB, "--quality", "A=AAA", "--quality", "A=AA+"], "--quality: A stands twice"),
        (["capital", JOB, "--lgd", "0.4"], "--lgd 0.4: says nothing without --irb-capital"),
        (["capital", JOB, "--keep", "A=1", "--excess-kind", "trapped"], "says nothing without --excess-spread"),
        (["new", "job", "x", "--loans", "5"], "--loans: is of a tape"),
        (["new", "pool", "x", "--seed", "5"], "--seed: is of a tape"),
        (["new", "tape", "x", "--all"], "--all: a tape has no keys"),
    ],
)
def test_it_is_refused_in_one_sentence(command, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert exit_code(command) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
