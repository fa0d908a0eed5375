"""Rules that a pool, a deal, a job, a scenario or a model breaks: each is named in words, one case for a rule."""

import json
import re
from typing import Any

import hand_worked
import pytest
from hand_worked import INTEREST, PLAIN, PRINCIPAL, RESIDUAL, REST, A, B
from pydantic import ValidationError

from stress.errors import ConfigError
from stress.inputs.bands import Bands
from stress.inputs.book import Factors
from stress.inputs.files.parse import KINDS
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.job.parameters import Parameters
from stress.inputs.job.rules import check_job
from stress.inputs.macro import Macro, SatelliteUse
from stress.inputs.macro.satellite import Satellite
from stress.inputs.macro.var import Var
from stress.inputs.rules import Rules
from stress.inputs.scenario import Scenario, Shock
from stress.inputs.scenario.short_rate import ShortRate
from stress.inputs.state import Known
from stress.inputs.stresses import Stresses
from stress.inputs.text.messages import _PATTERNS

PLANS = {"payment_rate": None, "plans": [{"term": 3, "share": 0.5}, {"term": 6, "share": 0.5}]}
ALL = {"name": "all", "share": 1.0, "entry_rate": 0.01}
LADDER = {"roll_m1": 0.5, "roll_m2": 0.5, "roll_m3": 0.5}
LINE = {"term": 3, "remaining": 2, "share": 1.0}
TWO = [ALL | {"share": 0.5}, ALL | {"share": 0.5, "name": "b"}]
LOADINGS = {"default": (1.0, 0.0), "prepayment": (1.0, 0.0), "recovery": (0.0, 1.0)}


def twins(first: dict[str, Any], second: dict[str, Any], **line: Any) -> dict[str, Any]:
    """Two plans of six months, and an opening line of that term."""
    plans = [{"term": 6, "share": 0.5} | first, {"term": 6, "share": 0.5} | second]
    return {"payment_rate": None, "plans": plans, "opening": [{"term": 6, "remaining": 5, "share": 1.0} | line]}


def loaded(**changed: Any) -> dict[str, Any]:
    """A table of loadings."""
    return {"dependence": {"rho": 0.1, "phi": 0.0, "loadings": LOADINGS | changed}}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (PLANS | {"opening": [LINE | {"remaining": 4}]}, "remaining 4 exceeds term 3"),
        ({"ladder": LADDER, "delinquent": {"m1": 0.5, "m2": 0.4, "m3": 0.2}}, "delinquent shares exceed 1"),
        ({"delinquent": {"m1": 0.1}}, "delinquent stock needs a ladder"),
        ({"dependence": {"rho": 0.1, "phi": 0.0, "copula": {"kind": "t"}}}, "df goes with kind"),
        (PLANS | {"segments": [ALL | {"plan_share": [1.0]}]}, "plan_share needs 2 shares"),
        ({"segments": [ALL | {"eligible": False}]}, "is not eligible, so share and new_share must be 0"),
        ({"segments": [ALL | {"share": 0.5}] * 2}, "segment names must differ"),
        (loaded(segment={"x": (0.0, 1.0)}), "loadings.segment names 'x', which does not exist: one of all"),
        (loaded(recovery=(1.0,)), "has 1 weights"),
        (loaded(recovery=(1.0, 0.5)), "squares must sum to 1, not 1.25"),
        (PLANS | {"eligibility": {"plan_limit": {"12": 0.5}}}, "plan_limit names '12', which does not exist: one of 3"),
        ({"eligibility": {"segment_limit": {"x": 0.5}}}, "segment_limit names 'x', which does not exist: one of all"),
        ({"stages": [{"name": "new", "moves_on": 0.1}, {"name": "new"}]}, "stages: names must differ"),
        ({"stages": [{"name": "new", "default_odds": 2.0, "entry_rate": [0.1]}] * 2}, "default_odds or entry_rate"),
        (PLANS | {"opening": [LINE | {"term": 9, "kind": "level", "monthly_fee": 0.01}]}, "of 9 months .* its apr"),
        (
            PLANS | {"opening": [LINE | {"term": 9, "kind": "balloon", "apr": 0.1}]},
            'kind = "balloon" needs a plan of that kind with term = 9',
        ),
        (
            {"history": {"year": ("2018", "2019"), "non_performing_ratio": (0.1,), "overdue_ratio": (0.1, 0.1)}},
            "history.non_performing_ratio: has 1 values for 2 years",
        ),
        ({"opening": [LINE]}, "opening lines belong to a pool with plans"),
        (PLANS | {"opening": [LINE | {"share": 0.5}, LINE | {"share": 0.5, "segment": "all"}]}, "every line names"),
        (PLANS | {"opening": [LINE | {"segment": "x"}]}, "opening names 'x', which does not exist: one of all"),
        (PLANS | {"opening": [LINE | {"term": 12}]}, "no plan has term 12: give the line its monthly_fee"),
        (twins({"apr": 0.1}, {"apr": 0.2}), "plans of 6 months differ in apr: give the line its apr"),
        (twins({"always_fee_free": True}, {}), "differ in always_fee_free: give the line its monthly_fee"),
        (twins({"day_count": "ACT/360", "apr": 0.1}, {"apr": 0.1}), "differ in day_count, which no line says"),
        (
            PLANS | {"segments": TWO, "opening": [LINE | {"segment": "b"}]},
            "segment all has a share of the balance but no line",
        ),
        (
            {"history": {"year": ("2019", "2018"), "non_performing_ratio": (0.1, 0.1), "overdue_ratio": (0.1, 0.1)}},
            "years must increase",
        ),
    ],
)  # fmt: skip
def test_a_pool_that_breaks_a_rule_is_told_which(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        hand_worked.pool(**more)


def test_a_rule_of_a_table_names_the_table_once() -> None:
    history = {"year": ("2019", "2018"), "non_performing_ratio": (0.1, 0.1), "overdue_ratio": (0.1, 0.1)}
    with pytest.raises(ConfigError, match=r"': history\.year: 2019, 2018: years must increase$"):
        hand_worked.pool().but(history=history)


def test_a_table_by_phase_says_which_phases_there_are() -> None:
    phases = "revolving, amortization, acceleration, event_of_default"
    with pytest.raises(ConfigError, match=rf"payment_months = 3: must be a table by {phases}: {{ revolving = ... }}$"):
        hand_worked.deal().but(notes=({**A, "payment_months": 3}, B, REST))


def test_a_line_that_says_what_plans_of_its_term_differ_in_has_its_own() -> None:
    rates = twins({"apr": 0.1, "origination_fee": 0.02}, {"apr": 0.2}, apr=0.15)
    free = twins({"always_fee_free": True}, {}, monthly_fee=0.01)
    for given in (rates, free, twins({}, {})):
        assert hand_worked.pool(**given).opening[0].remaining == 5


SCHEDULED = [{**PRINCIPAL[0], "to_balance": [[3, 500.0], [2, 400.0]]}]
POOR = {"observable": "pool_factor", "below": 0.5}
FREE = {"name": "free", "base": "pool"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"notes": (REST,)}, "a deal needs a note that is not residual"),
        ({"notes": (A, {"name": "B", "share": 1e-12, "coupon": 0.1}, REST)}, "its size is nearly 0"),
        ({"notes": ({**A, "coupon": -0.01}, B, REST)}, "a fixed coupon must not be negative"),
        (
            {"notes": ({**A, "index": "lpr", "cap": 0.02, "floor": 0.03}, B, REST), "indices": {"lpr": 0.03}},
            "cap = 0.02 lies below floor = 0.03",
        ),
        ({"notes": ({**A, "step_up": {"add": 0.0, "from_month": 2}}, B, REST)}, "adds 0; leave it out"),
        ({"fees": [FREE]}, "fee free"),
        ({"fees": [FREE | {"rate": -0.01}]}, "must not be negative"),
        ({"amortization": [*INTEREST, *SCHEDULED, *PLAIN[2:]]}, "months of to_balance must increase"),
        (
            {"amortization": [{"step": "top_up", "account": "income", "target": {"amount": 1.0}}, *PLAIN]},
            "account must be one named in `accounts`, not income",
        ),
        (
            {"amortization": [{"step": "transfer", "source": ["income"], "to": "income"}, *PLAIN]},
            "'income' pays into itself",
        ),
        ({"notes": (A, B, {**REST, "discount_rate": -0.01})}, "note R: discount_rate = -0.01: must not be negative"),
        ({"amortization": [*INTEREST, {**SCHEDULED[0], "until": "100"}, *PLAIN[2:]]}, "until or to_balance, at"),
        (
            {"parties": ["bank"], "amortization": [*PLAIN, {"step": "receive", "party": "bank", "amount": 1.0,
             "to": "income", "source": ["income"]}]},
            "cash comes from the party; leave source out",
        ),
        (
            {"amortization": [*INTEREST, {**PRINCIPAL[0], "when": {**POOR, "tripped": False}}, *PLAIN[2:]]},
            "tripped belongs to a trigger; an observable has above or below",
        ),
        ({"quantities": {"max": "1"}}, "quantities.max: is a word of formulas; choose another name"),
        ({"quantities": {"my own": "1"}}, "quantities.my own: must be one word of letters, digits and _; choose"),
        ({"quantities": {"mine": [[2, 1.0], [1, 2.0]]}}, "quantities.mine: months must increase"),
        (
            {"amortization": [step | {"source": ["principal"]} for step in PLAIN]},
            "account income: receives cash that no step of the amortization phase ever takes",
        ),
        (
            {"revolving_months": 2, "purchase": "payment_date", "priority": {"revolving": [
                *(step | {"source": ["principal"]} for step in INTEREST), {"step": "purchase", "source": ["principal"]},
            ]}},
            "account income: receives cash that no step of the revolving phase ever takes",
        ),
        (
            {"notes": (A, B), "amortization": [*INTEREST, {**PRINCIPAL[0], "notes": ["A", "B"],
             "source": ["principal"]}]},
            "account income: what .* no step takes; give the deal a residual note, of share = 0.0",
        ),
        ({"purchase": "each_step"}, "a deal that does not revolve needs purchase"),
        ({"notes": (A, B, REST, {**REST, "name": "S"})}, "residual"),
    ],
)  # fmt: skip
def test_a_deal_that_breaks_a_rule_is_told_which(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        hand_worked.deal(**changed)


def job(deal: Any = None, pool: Any = None, clock: str = "monthly", shock: dict[str, Any] | None = None) -> Job:
    """A job of the small deal on the small pool."""
    return Job(
        name="small",
        deal=deal or hand_worked.deal(),
        pool=pool or hand_worked.pool(),
        scenarios=(ScenarioCase(name="base", shocks=(Shock(**shock),) if shock else ()),),
        paths=32,
        seed=1,
        clock=clock,
    )


BARRED = [ALL, *({"name": name, "share": 0.0, "entry_rate": 0.1, "eligible": False} for name in ("b", "c"))]
BUYS_AT_PAYMENT = hand_worked.deal(
    revolving_months=2,
    purchase="payment_date",
    priority={"revolving": [*INTEREST, {"step": "purchase", "source": ["principal"]}]},
)


BY_MISTAKE = {"target": "ineligible_share", "set": 0.1}
SHORT = {"name": "short", "condition": "pool.adjusted < 100", "effect": "none"}
HURDLE = hand_worked.deal(hurdle_rate=0.05, triggers=[SHORT])
ACTUAL = {"term": 3, "share": 1.0, "apr": 0.1, "day_count": "ACT/360"}
LONG = hand_worked.pool(**PLANS | {"plans": [{"term": 6, "share": 1.0}]})
HOARD = hand_worked.deal(
    [*INTEREST, *PRINCIPAL, {**RESIDUAL[0], "source": ["income", "principal", "x"]}],
    accounts=["x"],
    opening_cash={"x": 5000.0},
)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"pool": hand_worked.pool(obligors=50), "clock": "daily"}, 'obligors = 50 needs clock = "monthly"'),
        ({"deal": hand_worked.deal(notes=(A, {**B, "amount": 1e-9}, REST))}, "deal: notes: B: amount = 1e-09"),
        ({"deal": HOARD}, "opening_cash.x = 5000"),
        ({"deal": HURDLE}, "needs loans whose payments are known at closing; the pool has a payment_rate"),
        (
            {"deal": HURDLE, "pool": hand_worked.pool(payment_rate=None, plans=[ACTUAL])},
            r"needs loans whose payments are known at closing; interest of plans\[1\] floats or follows a calendar",
        ),
        ({"pool": hand_worked.pool(**PLANS, opening=[LINE | {"term": 6, "remaining": 6}])}, "runs beyond the deal's"),
        ({"deal": BUYS_AT_PAYMENT, "pool": LONG}, "the deal could never buy a receivable"),
        ({"shock": {"target": "apr", "add": 0.01}}, "the pool has no instalment plans, so there is no such input"),
        (
            {"shock": {"target": "purchase_lag_days", "set": 3}, "deal": BUYS_AT_PAYMENT, "clock": "daily"},
            'needs "each_step"',
        ),
        ({"shock": BY_MISTAKE}, "the pool has no segment with eligible = false"),
        ({"shock": BY_MISTAKE, "pool": hand_worked.pool(segments=BARRED)}, "bought by mistake: one of b, c"),
        (
            {"shock": BY_MISTAKE | {"segments": ("all",)}, "pool": hand_worked.pool(segments=BARRED)},
            "segment 'all' is eligible: one of b, c",
        ),
        ({"shock": {"target": "recovery", "multiply": 0.5, "from_month": 5}}, "starts after the deal's legal maturity"),
    ],
)
def test_a_job_whose_parts_do_not_fit_is_told_which(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_job(job(**parts))


DEFAULT = {"target": "default_odds", "multiply": 2.0}
MACRO = {"tables": [{"file": "a.csv"}]}
USE = {"file": "s.toml", "target": "default_odds"}
OWN = {"lag": 1, "coefficient": 0.5}
BANDS = {"years": [1.0, 2.0], "bands": [{"name": "good", "limit": [0.01, 0.02]}]}
STRESSES = {"categories": [{"name": "x", "multiple": 2.0}]}
BEST = {"name": "AAA", "senior": [0.1, 0.2], "other": [0.1, 0.2]}
RULES = {"source": "ours", "status": "proposed", "date": "2026-01-01", "look_through": True,
         "standardised": {"p": 1.0, "floor": 0.15}}  # fmt: skip
FACTORS = {"names": ["a", "b"], "phi": [0.5, 0.5]}
RATE = {"mean_reversion": 0.5, "volatility": 0.01}
VAR = {
    "per_year": 4,
    "variables": ("a", "b"),
    "lags": (((0.5, 0.0), (0.0, 0.5)),),
    "covariance": ((1.0, 0.0), (0.0, 1.0)),
}
SATELLITE = {"link": "logit", "per_year": 4, "terms": [{"variable": "a", "coefficient": 1.0}] * 2}


@pytest.mark.parametrize(
    ("model", "given", "words"),
    [
        (Shock, DEFAULT | {"how": "set"}, "how goes with by_month"),
        (Shock, DEFAULT | {"segments": ("all", "all")}, "segments names one twice"),
        (Shock, {"target": "default_odds", "set": 2.0}, "is a multiplier itself; write multiply"),
        (Scenario, {"combine": ("a.toml", "a.toml")}, "the same file stands twice and would act twice"),
        (Scenario, {"macro": MACRO, "satellites": [USE | {"residual_rho": True}, USE | {"target": "default_rate",
         "residual_rho": True}]}, "residual_rho may stand in one satellite only"),
        (Macro, {"tables": MACRO["tables"] * 2}, "the same table stands twice"),
        (SatelliteUse, {"file": "s", "target": "yield", "segments": ("all",)}, "yield has no segments"),
        (SatelliteUse, USE | {"at_least": 2.0, "at_most": 1.0}, "at_least = 2 lies above at_most = 1"),
        (SatelliteUse, USE | {"segments": ("all", "all")}, "segments names one twice"),
        (SatelliteUse, {"file": "s", "target": "yield", "residual_rho": True}, "residual_rho belongs to"),
        (ShortRate, RATE | {"model": "vasicek", "start": 0.01, "mean": 0.02, "index": "lpr"}, "has a curve of its own"),
        (ShortRate, RATE | {"forward": [[1, 0.02]], "index": "lpr"}, "give index or forward: one forward curve"),
        (ShortRate, RATE | {"forward": [[2, 0.02]]}, "forward starts in month 2: month 1 needs a level"),
        (ShortRate, RATE | {"forward": [[1, 0.02], [1, 0.03]]}, "months of forward must increase"),
        (Satellite, SATELLITE | {"terms": SATELLITE["terms"][:1], "own": [OWN, OWN]}, "own: the same lag appears"),
        (Satellite, SATELLITE, "the same variable, lag and difference appears twice"),
        (Bands, BANDS | {"years": [2.0, 1.0]}, "years must increase"),
        (Bands, BANDS | {"years": [1.0, 2.0, 3.0]}, "band good: limit needs 3 numbers, one for each of years"),
        (Stresses, STRESSES | {"held": [{"note": "A", "category": "x"}] * 2}, "held: note 'A' is named 2 times"),
        (Rules, RULES | {"source": " "}, "source is empty: rules without a source are nobody's"),
        (Rules, RULES | {"erba": {"floor": 0.1, "qualities": [BEST, BEST]}}, "erba.qualities: 'AAA' is named 2 times"),
        (Factors, FACTORS | {"names": ["a", "a"]}, "factors.names must differ"),
        (Factors, FACTORS | {"phi": [0.5]}, "factors.phi: has 1 values for 2 names"),
        (Factors, FACTORS | {"correlation": [[2.0, 0.0], [0.0, 1.0]]}, "factors.correlation: the diagonal must be 1"),
        (Parameters, {"p": 0.1, "covariance": [[30.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]}, "a variance of 30 of log"),
        (Known, {"root": [[1.0], [0.0, 1.0], [0.0, 1.0]]}, r"root\[3\]: needs 3 numbers, the last not below 0"),
        (Var, VAR | {"variables": ("a", "a")}, "variables must differ"),
        (Var, VAR | {"constant": (1.0,)}, "constant must have 2 numbers"),
        (Var, VAR | {"errors": VAR["lags"] * 2}, "errors must have as many matrices as lags"),
        (Var, VAR | {"lags": (((0.5,),),)}, r"lags\[1\] must have 2 rows of 2 numbers"),
        (Var, VAR | {"covariance": ((1.0,),)}, "covariance must have 2 rows of 2 numbers"),
        (Var, VAR | {"covariance": ((1.0, 0.0), (0.0,))}, "covariance must have 2 rows of 2 numbers"),
        (Var, VAR | {"covariance": ((1.0, 0.1), (0.2, 1.0))}, "covariance must be symmetric"),
        (Var, VAR | {"covariance": ((1.0, 1.0), (1.0, 1.0))}, "covariance must be positive definite"),
    ],
)  # fmt: skip
def test_a_model_that_breaks_a_rule_is_told_which(model: Any, given: dict[str, Any], words: str) -> None:
    kind = next((kind for kind, known in KINDS.items() if known is model), None)
    document = ({"version": 1, "kind": kind, "name": "small"} if kind else {}) | given
    with pytest.raises(ValidationError, match=words):
        model.model_validate_json(json.dumps(document))


def test_a_text_of_another_form_is_told_in_words_whatever_form_a_key_asks_for() -> None:
    for model in KINDS.values():
        schema = json.dumps(model.model_json_schema())
        asked = {json.loads(f'"{pattern}"') for pattern in re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', schema)}
        assert asked <= set(_PATTERNS), model
