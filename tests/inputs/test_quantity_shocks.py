"""Shocks on a deal's own quantities: what is read, what is refused, what is only told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hand_worked import INTEREST, PRINCIPAL, RESIDUAL, REST, A, deal, job

import stress
from stress.analysis.break_even import breakeven
from stress.analysis.levers import lever_of
from stress.analysis.ranges import axes_of
from stress.analysis.what_if import whatif
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.explain.shocks import shock_words
from stress.inputs.deal.remarks import notes_of_deal
from stress.inputs.files.shock_files import read_shocks
from stress.inputs.job import ScenarioCase
from stress.inputs.job.remarks import notes_of
from stress.inputs.scenario import Shock
from stress.runs.remarks import remarks_of

OWN: dict[str, Any] = {
    "levy": 0,
    "rate": "0.24 / 10",
    "amounts": [[1, 100_000.0], [3, 50_000.0]],
    "made": "2 * levy + rate * pool",
}
TAXED = [
    {"step": "pay_party", "party": "state", "amount": "levy", "source": ["principal"]},
    *INTEREST[:1],
    {**PRINCIPAL[0], "notes": ["A"]},
    *RESIDUAL,
]


def taxed(**more: Any) -> Any:
    """A of 300 is repaid from 200 + 160 + 128 + 102.4 of principal, of which a levy takes so much a month."""
    small = {**A, "amount": 300.0}
    return deal(TAXED, (small, {**REST, "amount": 700.0}), parties=["state"], quantities={**OWN, **more})


def move(name: str = "levy", **how: Any) -> Shock:
    return Shock.model_validate({"target": "quantity", "quantity": name, **how})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"target": "quantity", "set": 1.0},
            "shock on quantity: say which of the deal's own quantities moves: quantity =",
        ),
        (
            {"target": "rho", "quantity": "levy", "multiply": 2.0},
            'shock on rho: quantity goes with target = "quantity"',
        ),
        ({"target": "quantity", "quantity": "levy"}, "shock on quantity levy: give exactly one of multiply, add"),
        (
            {"target": "quantity", "quantity": "levy", "set": 2e15},
            r"levy: set = 2e\+15: must be from -1e\+15 to 1e\+15",
        ),
        ({"target": "quantity", "quantity": "levy", "multiply": 1001.0}, "multiply"),
        (
            {"target": "quantity", "quantity": "levy", "set": 1.0, "segments": ("all",)},
            "quantity levy: has no segments",
        ),
    ],
)
def test_a_shock_that_is_none_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Shock.model_validate(given)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("levi", "scenario base: shock on quantity levi: deal 'small' has no such quantity of its own: it has levy, "
                 "rate, amounts, made; did you mean levy?"),
        ("made", 'quantities.made = "2 * levy + rate * pool", a formula: a scenario moves a number or a schedule that '
                 "the formula looks at; of these the deal has levy, rate, amounts"),
    ],
)  # fmt: skip
def test_a_quantity_that_the_deal_has_not_or_makes_by_a_formula_is_refused(name: str, words: str) -> None:
    shocked = (ScenarioCase(name="base", shocks=(move(name, set=1.0),)),)
    with pytest.raises(ConfigError) as refused:
        job(taxed()).but(scenarios=shocked)
    assert words in str(refused.value)


def test_a_deal_without_quantities_is_told_that_it_has_none() -> None:
    with pytest.raises(ConfigError, match=r"no such quantity of its own: it has none \(\[quantities\]\)"):
        job(deal()).but(scenarios=(ScenarioCase(name="base", shocks=(move(set=1.0),)),))


def test_a_table_beside_the_scenario_may_hold_the_values(tmp_path: Path) -> None:
    (tmp_path / "levy.csv").write_text("month,levy\n2,1250000\n4,0\n")
    shock = move(file="levy.csv", how="set")
    (read,) = read_shocks(tmp_path / "scenario.toml", (shock,), None)
    assert read.by_month == ((2, 1_250_000.0), (4, 0.0))
    assert shock_words(read) == "quantity levy set to 1,250,000 from month 2, 0 from month 4"


def test_a_shock_on_one_quantity_does_not_hide_one_on_another() -> None:
    """Of two on the same the later one is told to take over; of two on different ones nothing is said."""
    later = [move(set=1.0), move("rate", set=0.03)]
    says = [note.says for note in notes_of(job(taxed(), shocks=tuple(later)))]
    assert not any("moves nothing" in sentence for sentence in says)
    (note,) = [n for n in notes_of(job(taxed(), shocks=(later[0], move(set=2.0)))) if "moves nothing" in n.says]
    assert (
        str(note)
        == "scenario base: shock 2 on quantity levy: sets it, so that shock 1 (set) on the same input moves nothing"
    )


@pytest.mark.parametrize(
    ("shock", "says"),
    [
        (move(multiply=2.0), "moves nothing: levy is 0"),
        (move("rate", set=0.024), "moves nothing: rate is what it sets already"),
        (move("rate", add=0.0), "moves nothing: it adds 0"),
    ],
)
def test_a_shock_that_moves_nothing_is_told(shock: Shock, says: str) -> None:
    notes = [str(note) for note in remarks_of(job(taxed(), shocks=(shock,)))]
    assert f"scenario base: shock 1 on {shock.label}: {says}" in notes


def test_what_only_a_scenario_can_change_is_told_and_not_refused() -> None:
    """A deal alone: its condition never holds and its levy is 0. With a scenario that moves one, the other is told."""
    watch = [{"name": "downgrade", "condition": "rating < 3", "effect": "none"}]
    watch.append(
        {"name": "low", "observable": "rating / 2", "breach": "below", "thresholds": [{"limit": 1}], "effect": "none"}
    )
    model = deal(TAXED, ({**A, "amount": 300.0}, {**REST, "amount": 700.0}), parties=["state"], triggers=watch,
                 quantities={"levy": 0, "rating": 5})  # fmt: skip
    where = ["priority.amortization[1] (pay_party): amount", 'triggers["downgrade"].condition', 'triggers["low"]']
    notes = {note.key: note.says for note in notes_of_deal(model)}
    assert sorted(notes) == where
    assert notes[where[1]].startswith("at character 8: '<' never holds: from 5 to 5 on the left, 3 to 3 on the right")
    assert all(
        says.endswith('unless a scenario moves what the deal gives (target = "quantity")') for says in notes.values()
    )
    moved = [note.key for note in notes_of(job(model, shocks=(move("rating", set=2.0),))) if "unless" in note.says]
    assert moved == where[:1]


def test_ranges_of_quantities_are_set_or_multiplied() -> None:
    small = job(taxed())
    rate, amounts = axes_of(small, ["quantity:rate=0.01:0.05", "quantity:amounts=0.5:2"])
    assert (rate.how, rate.start, rate.stands, rate.even) == ("set", 0.024, True, True)
    assert (amounts.how, amounts.start, amounts.even) == ("multiply", 1.0, False)
    for text, words in (
        ("quantity:made=0:1", "one of levy, rate, amounts"),
        ("quantity:rates=0:1", "did you mean rate"),
    ):
        with pytest.raises(ConfigError, match=words):
            axes_of(small, [text])


def test_a_page_of_what_if_moves_a_quantity() -> None:
    """Without a levy A is whole; with 100 a month it gets 100 + 60 + 28 + 2.4 of its 300."""
    answer = whatif(job(taxed()).but(paths=256), ["quantity:levy=0:100"], points=4)
    loss = next(surface for surface in answer.surfaces if (surface.measure, surface.note) == ("EL", "A"))
    assert dict(zip(answer.place[:, 0].tolist(), loss.value.tolist(), strict=True))[0.0] == 0.0
    assert answer.read(loss, [1.0]).value == pytest.approx(1.0 - 190.4 / 300.0)
    moves = job(taxed(), shocks=(move(set=1.0),)).but(paths=256)
    with pytest.raises(ConfigError, match="--over quantity:levy: scenario base moves it itself"):
        whatif(moves, ["quantity:levy=0:100"], points=4)


def test_the_break_even_of_a_quantity_is_the_value_that_takes_all_there_is_to_spare() -> None:
    """590.4 of principal come in and 300 are needed: (590.4 - 300) / 4 a month."""
    answer = breakeven(job(taxed()).but(paths=512), "A", "quantity:levy", percentiles=[0.5], ends=(0.0, 100.0))
    assert answer.unit == "value of levy"
    calm, median = answer.answers
    assert calm.value == pytest.approx(72.6, abs=1e-3)
    assert median.low < 72.6 < median.high  # all paths are alike: between two points of the curve all of them fail
    assert median.high - median.low < 1.0


def test_the_ends_of_a_search_over_a_quantity_are_given() -> None:
    with pytest.raises(
        ConfigError, match="--shock quantity:levy: give --from and --to, the ends between which levy is set"
    ):
        lever_of("quantity:levy", 0.0, None, taxed())
    with pytest.raises(ConfigError, match=r"--shock quantity:amounts: .*amounts is multiplied"):
        lever_of("quantity:amounts", None, None, taxed())
    with pytest.raises(ConfigError, match=r"--shock quantity:levy: scenario base moves it itself"):
        breakeven(job(taxed(), shocks=(move(set=1.0),)), "A", "quantity:levy", ends=(0.0, 100.0))


def test_a_scenario_that_moves_a_quantity_is_one_in_a_workbook_too(tmp_path: Path, monkeypatch: Any) -> None:
    """From text to a workbook and back to text: the same deal, the same scenarios."""
    monkeypatch.chdir(tmp_path)
    assert exit_code(["new", "job", "text"]) == 0
    terms, scenario = tmp_path / "text/deal.toml", tmp_path / "text/scenario.toml"
    watch = '\n[[triggers]]\nname = "downgrade"\ncondition = "rating < 3"\neffect = "acceleration"\n'
    terms.write_text(terms.read_text().replace("\naccounts =", "\nquantities = { rating = 5 }\naccounts =", 1) + watch)
    shock = '{ target = "quantity", quantity = "rating", set = 2, from_month = 7 }'
    scenario.write_text(scenario.read_text() + f'\n[[levels]]\nname = "downgrade"\nshocks = [{shock}]\n')
    assert exit_code(["new", "job", "sheet", "--from", "text/job.toml", "--xlsx"]) == 0
    assert exit_code(["new", "job", "again", "--from", "sheet.xlsx"]) == 0
    jobs = [stress.load(tmp_path / name) for name in ("text/job.toml", "sheet.xlsx", "again/job.toml")]
    for read in jobs:
        assert read.scenarios[-1].shocks == (move("rating", set=2.0, from_month=7),)
        assert read.deal.quantities == {"rating": "5.0"}
        assert read.deal.triggers == jobs[0].deal.triggers
