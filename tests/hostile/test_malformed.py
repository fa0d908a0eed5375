"""Two thousand mutants of the shipped files: none accepted wrongly, none with a traceback, each refused by name."""

import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
import tomli
from mutants import documents, judge, tables
from mutants.mutant import Mutant, Place
from mutants.reading import TAPE, Folder, Read
from mutants.spent import spent

FEW, MANY = 60, 2_000
SECONDS, MEGABYTES = 20.0, 300.0
"""Bounds that only a bomb passes: a file is read in a fraction of either, on a slow machine too."""


class Case(NamedTuple):
    """A mutant of a shipped file."""

    file: str
    mutant: Mutant


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("malformed"))


def cases(folder: Folder, seeds: range) -> Iterator[Case]:
    """A quarter tables (one in three of them the tape), the rest TOML."""
    for seed in seeds:
        rng = Random(seed)
        if rng.random() < 0.25:
            file = TAPE if rng.random() < 1.0 / 3.0 else rng.choice(folder.tables)
            yield Case(file, tables.mutant_of(folder.text(file), rng))
        else:
            file = rng.choice(folder.documents)
            yield Case(file, documents.mutant_of(folder.text(file), rng))


def faults(folder: Folder, case: Case, read: Read) -> Iterator[str]:
    """What is wrong with the way in which a mutant was read."""
    if read.crash:
        yield f"traceback: {read.crash}"
    elif not read.said:
        if not judge.legal(case.file, folder.text(case.file), case.mutant):
            yield "accepted wrongly"
    else:
        if not any(path.name in read.said for path in folder.readers(case.file)):
            yield f"names no file: {read.said}"
        if case.mutant.place and not any(
            word in read.said for word in [" line ", " row ", " variable ", *words(case.mutant)]
        ):
            yield f"names no key: {read.said}"
        if case.mutant.kind == "percent for a fraction" and not (
            "did you mean" in read.said or "sum to" in read.said or "fraction" in read.said
        ):
            yield f"no hint: {read.said}"
    if read.seconds >= SECONDS:
        yield f"took {read.seconds:.1f} s"


def words(mutant: Mutant) -> list[str]:
    """Keys on the way to what was changed, and names and values that were changed."""
    names = [part for part in mutant.place if isinstance(part, str) and part]
    names += called(mutant)
    for value in (mutant.was, mutant.now):
        names += [word for word in texts(value) if word]
    return names


def called(mutant: Mutant) -> Iterator[str]:
    """Names of the tables on the way: a note by its name, a shock by its target, a step by its kind."""
    try:
        here: Any = tomli.loads(mutant.content.decode())
        for part in mutant.place:
            here = here[part]
            if isinstance(here, dict):
                yield from (here[key] for key in ("name", "target", "step") if isinstance(here.get(key), str))
    except (ValueError, LookupError, TypeError, RecursionError):
        return


def texts(value: Any) -> Iterator[str]:
    """Names in a value: the keys and texts of a table, the texts of a list."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str):
        yield value


def judged(folder: Folder, seeds: range) -> tuple[Counter[str], Counter[str], list[str]]:
    """Mutants made and accepted by kind, and all faults."""
    made: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    wrong: list[str] = []
    for case in cases(folder, seeds):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            started = time.process_time()
            read = folder.read(case.file, case.mutant.content)
        made[case.mutant.kind] += 1
        accepted[case.mutant.kind] += not read.said and not read.crash
        read = read._replace(seconds=time.process_time() - started)
        wrong += [f"{case.file}: {case.mutant}: {fault}" for fault in faults(folder, case, read)]
    return made, accepted, wrong


@pytest.mark.slow
def test_the_shipped_files_themselves_are_read_and_run(folder: Folder) -> None:
    for file in [*folder.documents, *folder.tables]:
        read = folder.read(file, (folder.path / file).read_bytes())
        assert not read.said, read.said
        assert not read.crash, read.crash


def test_mutants_of_the_shipped_files_are_refused_by_name_or_legal(folder: Folder) -> None:
    _, accepted, wrong = judged(folder, range(FEW))
    assert not wrong
    assert 0 < accepted.total() < FEW / 2


@pytest.mark.slow
def test_two_thousand_mutants_are_refused_by_name_or_legal(folder: Folder, record_property) -> None:
    made, accepted, wrong = judged(folder, range(MANY))
    for kind in sorted(made):
        print(f"{kind:28} {made[kind]:4} made {accepted[kind]:4} accepted")
    said = f"{made.total():,} mutants, {accepted.total()} accepted with a legal meaning, {len(wrong)} faults"
    print(said, *wrong, sep="\n")
    record_property("measured", said)
    assert set(made) == {*documents.KINDS, *tables.KINDS}
    assert not wrong


@pytest.mark.parametrize("seed", range(3))
def test_a_mutant_costs_the_command_less_than_a_second_and_300_mb(seed: int, folder: Folder) -> None:
    assert not list(over_budget(folder, range(seed, seed + 1)))


@pytest.mark.slow
def test_fifty_mutants_cost_the_command_bounded_time_and_memory(folder: Folder) -> None:
    assert not list(over_budget(folder, range(1_000, 1_050)))


def over_budget(folder: Folder, seeds: range) -> Iterator[str]:
    for case in cases(folder, seeds):
        if case.file.endswith(".csv"):
            continue
        file = folder.path / case.file
        before = file.read_bytes()
        file.write_bytes(case.mutant.content)
        cost = spent("check", str(file))
        file.write_bytes(before)
        if cost.code not in (0, 2, 3) or "Traceback" in cost.err or "internal error" in cost.err:
            yield f"{case.file}: {case.mutant}: exit code {cost.code}: {cost.err}"
        if cost.seconds >= SECONDS or cost.megabytes >= MEGABYTES:
            yield f"{case.file}: {case.mutant}: {cost.seconds:.2f} s, {cost.megabytes:.0f} MB"


def test_a_mutant_is_the_same_for_the_same_seed(folder: Folder) -> None:
    assert list(cases(folder, range(20))) == list(cases(folder, range(20)))


def test_the_judge_knows_right_from_wrong(folder: Folder) -> None:
    deal = "scenarios/deals/baitiao-24m.toml"
    text = folder.text(deal)
    share, name = ("notes", 0, "share"), ("notes", 0, "name")
    assert judge.legal(deal, text, Mutant("a twelfth", b"", share, 0.8, 0.0667))
    assert not judge.legal(deal, text, Mutant("percent for a fraction", b"", share, 0.8, 80.0))
    assert not judge.legal(deal, text, Mutant("turn a sign", b"", share, 0.8, -0.8))
    assert not judge.legal(deal, text, Mutant("swap a type", b"", share, 0.8, "0.8"))
    assert not judge.legal(deal, text, Mutant("drop a key", b"", name, "A"))
    assert not judge.legal(deal, text, Mutant("rename a key", b"", share, "share", "shar"))
    assert judge.legal(deal, text, Mutant("drop a key", b"", ("source",), "the prospectus"))
    assert not judge.legal("x.csv", "", Mutant("text in a cell", b"", (2, "x"), "1", "about 1"))
    assert judge.legal("x.csv", "", Mutant("text in a cell", b"", (2, "x"), "1", "n/a"))
    assert judge.legal("x.csv", "", Mutant("insert a control byte", b"Date,x\n2020,\x801\n", (), 12, 128))
    assert not judge.legal("x.csv", "", Mutant("insert a control byte", b"Date,x\n2020,1\x802\n", (), 13, 128))
    assert not judge.legal("x.csv", "", Mutant("insert a control byte", b"Date,x\n2020,\x811\n", (), 12, 129))


@pytest.mark.parametrize(
    ("place", "right", "wrong"),
    [
        (("standardised", "p"), 0.5, 1e-300),
        (("irba", "floor"), 1.0, 10.0),
        (("floor",), 0.5, 15.0),
        (("columns", "default_rate", "unit"), 0.0008, 1.0),
        (("columns", "pool", "unit"), (), 1000.0),
        (("positions", 0, "share"), -0.5, -2.0),
        (("notes", 0, "share"), 0.5, -0.5),
        (("accounts", "reserve"), 0.0, -1.0),
        (("sums", "recoveries"), -0.0, 1e18),
        (("short_rate", "correlation"), 0.0, 1.5),
        (("priority", "revolving", 2, "cap"), 5e7, -1.0),
        (("notes", 0, "cap"), 0.06, 5e7),
        (("p",), 0.01, 1.5),
    ],
)
def test_the_judge_knows_one_key_from_another_of_its_name(place: Place, right: object, wrong: object) -> None:
    assert judge.legal("x.toml", "", Mutant("a twelfth", b"", place, 0.1, right)) == (right != ())
    assert not judge.legal("x.toml", "", Mutant("a twelfth", b"", place, 0.1, wrong))


def test_the_judge_lets_keys_be_left_out_where_they_may() -> None:
    def may(*place: str | int) -> bool:
        return judge.legal("x.toml", "", Mutant("drop a key", b"", place, 0.1))

    assert all(may(*place) for place in [("plans", 1, "kind"), ("erba", "floor_senior"), ("positions", 0, "price")])
    assert not any(map(may, ("kind", "price", "unit", "file")))
    assert not any(may(*place) for place in [("erba", "floor"), ("accounts", "reserve"), ("sums", "defaults")])
    twice = Mutant("repeat an entry", b"", ("predictive", "scenarios"), ["a"], ["a", "a"])
    assert not judge.legal("x.toml", "", twice)


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        *(("-3.6", True), ("(3.6)", True), ("(-3.6)", False), ("--3.6", False), ("1 263.1", True), ("1'244.4", True)),
        *(("1,244.4", True), ("1_244.4", False), ("1 5.2", False), ("1'44.4", False), ("1,1000000000", False)),
    ],
)
def test_the_judge_reads_a_number_as_accounts_write_it(cell: str, right: bool) -> None:
    mutant = Mutant("a sign in a cell", b"", (2, "x"), "1", cell)
    assert judge.legal("x.csv", "Date,x\n2020,1.5\n", mutant) == right
    assert judge.legal("x.csv", "Date,x\n2020,1\n", mutant) == (right or cell == "1,1000000000")


def test_a_crash_an_endless_reader_and_a_silent_refusal_are_seen(folder: Folder) -> None:
    case = Case("scenarios/macro.toml", Mutant("percent for a fraction", b"", ("levels", "set"), 0.5, 50.0))
    assert list(faults(folder, case, Read("", "KeyError: 'x'", 0.0))) == ["traceback: KeyError: 'x'"]
    assert list(faults(folder, case, Read("", "", 0.0))) == ["accepted wrongly"]
    assert len(list(faults(folder, case, Read("something is wrong", "", SECONDS)))) == 4


def test_the_folder_is_as_it_was_after_a_mutant(folder: Folder) -> None:
    file = "scenarios/deals/baitiao-24m.toml"
    before = (folder.path / file).read_bytes()
    assert folder.read(file, b"nonsense").said
    assert (folder.path / file).read_bytes() == before == Path(folder.path / file).read_bytes()
