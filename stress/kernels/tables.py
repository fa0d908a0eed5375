"""A problem as arrays. The axes of each table stand here alone: the packer holds the arrays to them, and a stage writes
`m.t.fee_rate[k, t, f]`, or `m.t.month[k, t].price` where the last axis is columns with names."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from .axes import A, Axis, B, C, Declared, E, F, G, J, K, L, N, P, S, T, U, W, X, declared
from .layout import N_RATE, Floats, Ints, Sizes

N_PARAMETER = 3
"""Parameters that a path may draw: log odds of the entry rate, log odds of rho, log odds of phi."""
MIXING_RANGE = 7.0
"""The mixing normal divided by this is the argument of its polynomial; no draw exceeds 6.8."""
BY_PATH = -2
"""Degree of an entry rate that takes more of a path than its factor (see `kernels.by_path`)."""

ENTRY_LAW = ("half_width", "spread", "odds", "swing_half_width")
MONTH = ("payment", "yield_multiple", "dilution", "unpaid_share", "commingled_steps", "cash_rate", "price", "lag")
STEP = ("kind", "index", "source", "to", "first_test", "tests", "first_member", "members", "cap", "target")
STEP_VALUE = ("limit", "share_of_pool", "share_of_notes", "months_of_senior_cost", "floor", "share_moved")
TRIGGER = (
    "observable",
    "denominator",
    "above",
    "months",
    "effect",
    "curable",
    "formula",
    "cure_months",
    "when",
)
DEAL = ("cut_off", "clean_up", "idle_share", "first_years", "net_income", "per_cut_off")

LINK, QUANTILE, MIXING, RESPONSE = (Axis(f"{name}_width") for name in ("link", "quantile", "mixing", "response"))
SHOCKS, TESTS, MEMBERS = Axis("n_shock"), Axis("n_test"), Axis("n_member")
BEYOND = Axis("n_beyond")
CARDS, PLANS = Axis("n_month_of_cards"), Axis("n_month_of_plans")
"""Months of pools that pay a share of their balance, or by plans; the other has none."""
CODES, NUMBERS, FORMULAS, SCHEDULES = Axis("n_code"), Axis("n_number"), Axis("n_formula"), Axis("n_schedule")
KEPT, OWN = Axis("n_kept_quantity"), Axis("n_shown")
SHARING = Axis("n_sharing")
OPENED, START, KNOWN = Axis("n_opened"), Axis("n_start_row"), Axis("n_known")
MEASURED = tuple(
    axis.size
    for axis in (
        *(LINK, QUANTILE, MIXING, RESPONSE, SHOCKS, TESTS, MEMBERS, BEYOND, CARDS, PLANS),
        *(CODES, NUMBERS, FORMULAS, SCHEDULES, KEPT, OWN, SHARING, OPENED, START, KNOWN),
    )
)
"""Axes as long as the first table that has them."""


class Market(NamedTuple):
    """Factors, conditional rates and month scalars of each scenario."""

    phi: Annotated[Floats, K]
    """Monthly persistence."""
    phi_logit: Annotated[Floats, K]
    """Its log odds, from which a path's own is drawn."""
    start: Annotated[Floats, K, ("value", "stationary")]
    """Y_0, and 1 where it is drawn from the stationary law instead."""
    cholesky: Annotated[Floats, K, F, F]
    """Lower factor of the innovation correlation."""
    link: Annotated[Floats, K, T, S, N_RATE, LINK]
    """Ascending powers of z / 9."""
    degree: Annotated[Ints, K, N_RATE]
    """Degree of each link; -1: rational, link[..., :2] = (a, b) of Phi(a + b z); -2: see `entry_law`, and of
    a roll `by_path.roll_by_path`."""
    steady: Annotated[Ints, K, N_RATE]
    """1 where the rate is the same in every month and on every path."""
    common: Annotated[Ints, K, N_RATE]
    """1 where the rate is the same in every segment."""
    entry_law: Annotated[Floats, K, T, ENTRY_LAW]
    """Of entry rates by path: largest shift of log odds x, spread of the segments' own normals, rho / (1 - rho),
    largest shift of the macro index."""
    quantile: Annotated[Floats, K, T, S, QUANTILE]
    """Ascending powers of x / half_width: the normal or t quantile of the shifted rate."""
    mixing: Annotated[Floats, MIXING]
    """Ascending powers of e / 7: log sqrt(chi2 / df) of the path; one 0 under the Gaussian copula."""
    draw_root: Annotated[Floats, K, N_PARAMETER, N_PARAMETER]
    """Lower root of the covariance of the drawn parameters; zeros where none are drawn."""
    shock: Annotated[Floats, K, T, SHOCKS]
    """Weight of each macro innovation in the month's index of the satellite."""
    response: Annotated[Floats, K, T, RESPONSE]
    """Ascending powers of index / its half width: shift of log odds of the entry rate."""
    exposed: Annotated[Floats, K, S]
    """1 where the satellite moves the segment."""
    draws: Annotated[Ints, 4, ("purpose", "n_index", "n_item")]
    """Normals of a path beside the factors': own, mixing, parameters, shocks."""
    ticket: Annotated[Floats, 1]
    """What one obligor owes; 0: without end."""
    factor_of: Annotated[Ints, N_RATE, S]
    """Factor each rate loads on."""
    month: Annotated[Floats, K, T, MONTH]
    """Cash rate a step, lag in steps, commingled days in steps."""
    supply: Annotated[Floats, K, T + 1, C]
    """Face that may be bought at a step; of a trust: new receivables over the balance at the month's start."""


class Receivables(NamedTuple):
    """Profiles of the opening pool and of purchases."""

    opening: Annotated[Floats, C, S, 7]
    """Performing, M1 .. M6 at closing, or in the opening state."""
    open_due: Annotated[Floats, K, OPENED, S, T + 8]
    """Principal of the opening pool due in month r of the deal per unit of its performing balance; index 0 unused. The
    same in all cohorts, or by cohort where an opening state says so."""
    open_fee: Annotated[Floats, K, OPENED, S, T + 8]
    """The fee likewise."""
    due: Annotated[Ints, C, B, ("cohort", "delay")]
    """Cohort that each part of a purchase at a step joins, and which of the delays it falls due with."""
    card: Annotated[Floats, K, CARDS, ("due_1", "due_2", "due_3", "fee_1", "fee_2", "fee_3")]
    """Cards: principal falling due in slots 1-3, then the finance charge, per unit of balance, by month."""
    first_due: Annotated[Floats, K, J, U, W, ("due_1", "due_2", "due_3", "fee_1", "fee_2", "fee_3")]
    """Slots 1-3 of principal, then of fee, per unit bought in month j. Cards: what waiting for a bill changes in those
    of the balance."""
    pull: Annotated[Floats, K, PLANS, U, J, W, ("due", "fee")]
    """Principal and fee that enter the last slot kept (3 or 6) at step t per unit bought in month j."""
    first_beyond: Annotated[Floats, K, J, U, W, BEYOND]
    """Slots 4 to 6 of principal, then of fee, likewise; empty unless so many are kept."""
    mix: Annotated[Floats, K, J, U]
    """Share of each segment in what is bought."""
    limit: Annotated[Floats, U]
    """Largest share of the pool a segment may reach by purchases."""
    lag: Annotated[Floats, L]
    """Share of a recovery paid l + 1 months after default."""
    late_charge: Annotated[Floats, 6]
    """Charge on a balance cured from M1 .. M6."""
    late_fee: Annotated[Floats, 1]
    """Share of what late borrowers pay; its ladder is a long one."""
    moves_on: Annotated[Floats, Axis("n_stage")]
    """Share of a stage that moves on each month; 0 from the last."""
    ladder: Annotated[Floats, 6, 7]
    """Of what does not roll from a bucket: share that cures, then shares that pay down 0 (stay), 1, 2, ... buckets."""


class Contract(NamedTuple):
    """Notes, fees, steps and triggers."""

    original: Annotated[Floats, N]
    """What a note's results are over: its balance at closing; the cut-off balance for a certificate of size 0."""
    per_original: Annotated[Floats, N]
    """Its inverse."""
    opening_note: Annotated[Floats, N]
    """Balance at closing: 0 for a certificate."""
    stake: Annotated[Floats, N, ("per", "paid", "accrued", "share", "before")]
    """Inverse of what prices and multiples are over: `original`, in an opening state the balance then. Inverse of that
    with the interest accrued by then, which a buyer at par pays, and that interest over the balance. What the balance,
    with what has been written down of it, is of the original, and what a residual note had received by then over it: 1
    and 0 at closing."""
    residual: Annotated[Floats, N]
    """1 for the residual note; 0 for a certificate, which has nothing to lose."""
    accrual: Annotated[Floats, K, T, N]
    """Coupon x day-count fraction."""
    on_unpaid: Annotated[Floats, N]
    """1 where the note's unpaid interest bears interest."""
    payable: Annotated[Floats, 4, T, N]
    """1 where the note pays interest in this phase and month."""
    years: Annotated[Floats, T, ("paid", "shift")]
    """Years from issue to the payment date (ACT/365F); its difference from the even grid."""
    step_up: Annotated[Floats, K, T, N]
    """What a step-up adds to `accrual` while its trigger has tripped."""
    step_up_trigger: Annotated[Ints, N]
    """Trigger of a note's step-up, -1 where there is none."""
    guess: Annotated[Floats, K, N]
    """First guess of ln(1 + IRR)."""
    at_guess: Annotated[Floats, K, T, N, ("worth", "first", "second")]
    """Discount factor of the payment date at the guess; times the years to it; times their square."""
    mean_coupon: Annotated[Floats, N]
    """Mean over the months of its coupon before any shock: yields are counted finely about it."""
    discount: Annotated[Floats, K, T, N]
    """Discount factor of the payment date (Price, in `kernels`)."""
    fee_base: Annotated[Ints, P]
    """Index in `codes.FEE_BASES`."""
    fee_rate: Annotated[Floats, K, T, P]
    """Rate x fraction, or the amount; 0 for a fee by a formula."""
    fee_formula: Annotated[Ints, P]
    """Formula of a fee; -1: none."""
    new_year: Annotated[Ints, T]
    """1 where the payment date begins a year of the deal's caps on fees."""
    fee_carry: Annotated[Floats, P]
    """1 where what is unpaid carries over."""
    step: Annotated[Ints, X, STEP]
    """A step with several sources is as many rows. No first test: -1. Transfers, top-ups, releases and principal steps
    say in the index how many rows came before; fees and interest of one note say in the members how many rows the step
    has, and are paid row after row until nothing is left. Cap and target: a formula, -1 where there is none."""
    in_full: Annotated[Ints, X]
    """Rows of the run of fees and interest that begins here and is paid at one go where its first account suffices
    (uncapped, unconditional, not first from principal, none twice); 0 elsewhere."""
    step_value: Annotated[Floats, X, STEP_VALUE]
    """Cap or amount (`codes.NO_LIMIT`: none), parts of a reserve target, its floor, share that a transfer moves."""
    step_target: Annotated[Floats, X, T]
    """Target balance of a principal step, or the fixed part of a reserve target."""
    test: Annotated[Ints, TESTS, ("observable", "side")]
    """Conditions of steps: observable, or TRIGGER_TEST + trigger; side (1 above or tripped, 0 below or not).
    FORMULA_TEST: the side is the formula."""
    test_limit: Annotated[Floats, TESTS]
    """Limit of an observable."""
    member: Annotated[Ints, MEMBERS]
    """Notes of principal steps and of interest steps that pay several. Behind those of a step that goes by groups: how many
    notes each group has, until these are all."""
    phase: Annotated[Ints, 4, ("first", "end")]
    """First step of each phase and the one after its last; a phase left out shares those of amortization."""
    trigger: Annotated[Ints, G, TRIGGER]
    """Observable, denominator, whether a breach is above, months in breach, effect phase (0 none), curable, formula
    that is looked at instead (-1: none), months without a breach that cure it, when it is tested
    (`codes.AFTER_PAYMENT`)."""
    threshold: Annotated[Floats, G, T]
    """Limit; NaN where not tested."""
    code: Annotated[Ints, CODES, ("does", "what")]
    """Rows of all formulas, in reverse Polish order: `codes.NUMBER` .. `codes.CHOOSE`, and of which."""
    number: Annotated[Floats, NUMBERS]
    """Numbers that stand in formulas."""
    schedule: Annotated[Floats, SCHEDULES, T]
    """Schedules by month; the first is the month itself."""
    formula: Annotated[Ints, FORMULAS, ("first", "end")]
    """First row of each formula and the one after its last."""
    index_level: Annotated[Floats, K, T, E]
    """Levels of the deal's indices that formulas look at, then of its own quantities that scenarios move."""
    call: Annotated[Ints, ("when", "price")]
    """Formulas of the clean-up: its condition and its price; -1: by the pool factor, at par."""
    kept_of: Annotated[Ints, KEPT, ("formula", "months", "ago")]
    """What is kept at each determination: a formula, of how many months, and 1 for the oldest of them in place of their
    mean."""
    shown_of: Annotated[Ints, OWN]
    """Formula of each of the deal's own quantities."""
    of_principal: Annotated[Ints, A]
    """1 for an account whose cash is principal."""
    series: Annotated[Floats, ("least_share", "closing")]
    """Of a trust: the seller's least share, invested amount of the series at closing."""
    additions: Annotated[Floats, K, T]
    """Most that account additions bring a month, over the pool at its start."""
    needed: Annotated[Ints, ("formula",)]
    """Principal that the series takes of the group's; -1: none."""
    others: Annotated[Floats, T, ("invested", "numerator", "revolving")]
    """Sums over the other series of a trust: invested amounts, numerators of their fixed shares, invested amounts of
    those that share their principal."""
    sharing: Annotated[Floats, SHARING, T, ("invested", "cost")]
    """Other series that share excess finance charges, and what each costs a month."""
    senior_fee: Annotated[Floats, P]
    """1 where a revolving purchase leaves cash for the fee."""
    senior_note: Annotated[Floats, N]
    """1 where it leaves cash for the note's interest."""
    opening_cash: Annotated[Floats, A]
    """Cash in each account at closing."""
    deal: Annotated[Floats, DEAL]
    """Cut-off balance (its inverse last), clean-up pool factor, idle-cash share of the pool, first-payment years, share
    of income left after the fees on income that purchases leave cash for."""


class ShortRate(NamedTuple):
    """What makes the short rate random (`kernels.short_rate`); zeros where it is not."""

    rate_law: Annotated[Floats, K, ("random", "correlation", "own", "cash")]
    """1 where it is random, 2 where its normals are put and not drawn (a book's); weights of the default factor's
    innovation and of its own normal; what it adds to the cash rate of a step, per unit a year."""
    rate_step: Annotated[Floats, K, T, ("keep", "push", "fraction", "convexity", "scale", "base", "spread")]
    """What stays of the state, standard deviation of its step, day-count fraction, exponent that keeps the curve,
    (1 + L f) / f (0 where f is), 1 + L f with L the forward curve, discount spreads x f."""
    rate_level: Annotated[Floats, K, T, N]
    """Index level + margin + step-up by date, before cap and floor."""
    note_fraction: Annotated[Floats, T, N]
    """Day-count fraction of each note's interest."""
    rate_note: Annotated[Floats, N, ("floats", "cap", "floor", "step_up", "priced")]
    """1 where the coupon follows an index; its cap, its floor (at least 0), what the step-up of a trigger adds; 1 where
    it is discounted on the path's rate: every note but a residual one."""


class Opening(NamedTuple):
    """A deal that is met in mid-life."""

    start_row: Annotated[Floats, START]
    """Every row of the scratch from `condition` to `log` as the path begins (`opening`); empty at closing."""
    start_law: Annotated[Floats, F, KNOWN]
    """Level of each factor, its weights of the normals of drawn parameters (3) and of those of the factors in the month
    of the state (F); empty where no law is given."""


class Problem(NamedTuple):
    """Everything the kernels need for a job."""

    sizes: Sizes
    market: Market
    receivables: Receivables
    contract: Contract
    short_rate: ShortRate
    opening: Opening


TABLES: dict[str, tuple[str, Declared]] = {
    name: ("f" if what == Floats else "g", axes)
    for group in (Market, Receivables, Contract, ShortRate, Opening)
    for name, what, axes in declared(group)
}
"""Every table: in the flat array of floats or of integers, and its axes."""
NORMALS = ("own", "mixing_normal", "parameters", "shocks")
"""Groups of a path's normals beside the factors', in the order of `Market.draws`."""
