"""Files grown from the grammar of the models: read and run, or refused by file and key; never a traceback."""

import warnings
from collections import Counter
from random import Random

import pytest
import tomli
from mutants.grown import grown, keys_of
from mutants.reading import Folder

FEW, MANY = 25, 3_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("grown"))


def wrong_of(folder: Folder, seeds: range, used: Counter[str]) -> tuple[int, list[str]]:
    """How many were accepted, and what is wrong with how the others were read."""
    accepted, wrong = 0, []
    files: dict[str, list[str]] = {}
    for name in folder.documents:
        files.setdefault(tomli.loads(folder.text(name))["kind"], []).append(name)
    for seed in seeds:
        rng = Random(seed)
        file = rng.choice(files[rng.choice(sorted(files))])
        mutant = grown(folder.text(file), rng, used)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read = folder.read(file, mutant.content)
        accepted += not read.said and not read.crash
        if read.crash:
            wrong.append(f"seed {seed}: {file}: {mutant}: traceback: {read.crash}")
        elif read.said and not any(path.name in read.said for path in folder.readers(file)):
            wrong.append(f"seed {seed}: {file}: {mutant}: names no file: {read.said}")
    return accepted, wrong


def test_files_grown_from_the_grammar_are_read_or_refused_by_name(folder: Folder, record_property) -> None:
    accepted, wrong = wrong_of(folder, range(FEW), Counter())
    record_property("measured", f"{FEW} files, {accepted} accepted, {len(wrong)} faults")
    assert not wrong
    assert 0 < accepted < FEW


@pytest.mark.slow
def test_three_thousand_files_grown_from_the_grammar(folder: Folder, record_property) -> None:
    used: Counter[str] = Counter()
    accepted, wrong = wrong_of(folder, range(MANY), used)
    known = keys_of({tomli.loads(folder.text(name))["kind"] for name in folder.documents})
    share = len(known & used.keys()) / len(known)
    said = f"{MANY:,} files, {share:.0%} of {len(known)} keys grown, {accepted} accepted, {len(wrong)} faults"
    print(said, *sorted(known - used.keys()), *wrong, sep="\n")
    record_property("measured", said)
    assert not wrong
    assert share > 0.9


def test_what_is_grown_is_the_same_for_the_same_seed(folder: Folder) -> None:
    text = folder.text("scenarios/deals/baitiao-24m.toml")
    assert grown(text, Random(5)) == grown(text, Random(5))
