"""A problem as arrays: what each table holds, by index (letters as in `layout`)."""

from __future__ import annotations

from typing import NamedTuple

from stress.kernels.layout import Floats, Ints, Rows, Sizes
from stress.kernels.tally import TALLY_ARRAYS

N_PARAMETER = 3
"""Parameters that a path may draw: log odds of the entry rate, log odds of rho, log odds of phi."""
MIXING_RANGE = 7.0
"""The mixing normal divided by this is the argument of its polynomial; no draw exceeds 6.8."""
BY_PATH = -2
"""Degree of an entry rate that takes more of a path than its factor (see `kernels.by_path`)."""
REACH, SPREAD, ODDS, SWING_REACH = range(4)
"""Columns of `Market.lens`."""


class Market(NamedTuple):
    """Factors, conditional rates and month scalars of each scenario."""

    phi: Floats
    """(K,) monthly persistence."""
    phi_logit: Floats
    """(K,) its log odds, from which a path's own is drawn."""
    start: Floats
    """(K, 2): Y_0, and 1 where it is drawn from the stationary law instead."""
    cholesky: Floats
    """(K, F, F) lower factor of the innovation correlation."""
    link: Floats
    """(K, T, S, N_RATE, D) ascending powers of z / 9."""
    degree: Ints
    """(K, N_RATE) degree of each link; -1: rational, link[..., :2] = (a, b) of Phi(a + b z); -2: see `lens`."""
    steady: Ints
    """(K, N_RATE) 1 where the rate is the same in every month and on every path."""
    common: Ints
    """(K, N_RATE) 1 where the rate is the same in every segment."""
    lens: Floats
    """(K, T, 4) of entry rates by path: largest shift of log odds x, spread of the segments' own normals, rho / (1 - rho),
    largest shift of the macro index."""
    quantile: Floats
    """(K, T, S, D) ascending powers of x / reach: the normal or t quantile of the shifted rate."""
    mixing: Floats
    """(D,) ascending powers of e / 7: log sqrt(chi2 / df) of the path; one 0 under the Gaussian copula."""
    draw_root: Floats
    """(K, 3, 3) lower root of the covariance of the drawn parameters; zeros where none are drawn."""
    shock: Floats
    """(K, T, J) weight of each macro innovation in the month's index of the satellite."""
    response: Floats
    """(K, T, D) ascending powers of index / its reach: shift of log odds of the entry rate."""
    exposed: Floats
    """(K, S) 1 where the satellite moves the segment."""
    draws: Ints
    """(4, 3) purpose, indices and items of the normals of a path beside the factors': own, mixing, parameters, shocks."""
    ticket: Floats
    """(1,) what one obligor owes; 0: without end."""
    factor_of: Ints
    """(N_RATE, S) factor each rate loads on."""
    month: Floats
    """(K, T, 8): payment, yield, dilution, unpaid share, commingled steps, cash rate a step, price, lag steps."""
    supply: Floats
    """(K, T + 1, C) face that may be bought at a step."""


PAYMENT, YIELD, DILUTION, UNPAID_SHARE, COMMINGLED_STEPS, CASH_RATE, PRICE, LAG = range(8)


class Receivables(NamedTuple):
    """Profiles of the opening pool and of purchases."""

    opening: Floats
    """(C, S, 4) performing, M1, M2, M3 at closing."""
    open_due: Floats
    """(K, S, T + 5) principal due in slot r of the opening pool per unit of its performing balance; index 0 unused."""
    open_fee: Floats
    """(K, S, T + 5) the fee likewise."""
    due: Ints
    """(C, B, 2) cohort that each part of a purchase at a step joins, and the way in which it falls due."""
    card: Floats
    """(K, T, 6) cards: principal falling due in slots 1-3, then the finance charge, per unit of balance; (K, 0, 6) others."""
    first_due: Floats
    """(K, J, S, W, 6) slots 1-3 of principal, then of fee, per unit bought in month j. Cards: what waiting for a bill
    changes in those of the balance."""
    pull: Floats
    """(K, T, S, J, W, 2) principal and fee that enter slot 3 at step t per unit bought in month j."""
    mix: Floats
    """(K, J, S) share of each segment in what is bought."""
    limit: Floats
    """(S,) largest share of the pool a segment may reach by purchases."""
    lag: Floats
    """(L,) share of a recovery paid l + 1 months after default."""
    late_charge: Floats
    """(3,) charge on a balance cured from M1, M2, M3."""


class Contract(NamedTuple):
    """Notes, fees, steps and triggers."""

    original: Floats
    """(N,) what a note's results are over: its balance at closing; the cut-off balance for a certificate of size 0."""
    opening_note: Floats
    """(N,) balance at closing: 0 for a certificate."""
    residual: Floats
    """(N,) 1 for the residual note; 0 for a certificate, which has nothing to lose."""
    accrual: Floats
    """(K, T, N) coupon x day-count fraction."""
    payable: Floats
    """(4, T, N) 1 where the note pays interest in this phase and month."""
    years: Floats
    """(T, 2) years from issue to the payment date (ACT/365F); its difference from the even grid."""
    step_up: Floats
    """(K, T, N) what a step-up adds to `accrual` while its trigger has tripped."""
    step_up_trigger: Ints
    """(N,) trigger of a note's step-up, -1 where there is none."""
    guess: Floats
    """(N,) first guess of ln(1 + IRR)."""
    discount: Floats
    """(K, T, N) discount factor of the payment date (Price, in `kernels`)."""
    fee_base: Ints
    """(P,) index in FEE_BASES."""
    fee_rate: Floats
    """(K, T, P) rate x fraction, or the amount."""
    fee_carry: Floats
    """(P,)"""
    step: Ints
    """(X, 8): kind, index, source, destination, first test (-1 none), tests, first member, members.
    A step with several sources is as many rows. Transfers say in the index how many came before; fees and interest of
    one note say in the members how many rows the step has, and are paid row after row until nothing is left."""
    in_full: Ints
    """(X,) rows of the run of fees and interest that begins here and is paid at one go where its first account suffices
    (uncapped, unconditional, not first from principal, none twice); 0 elsewhere."""
    step_value: Floats
    """(X, 8): cap or amount, target parts (share of pool, of notes, months of senior cost), unused, floor, share moved."""
    step_target: Floats
    """(X, T) target balance of a principal step, or the fixed part of a reserve target."""
    test: Ints
    """(Q, 2) conditions of steps: observable, or TRIGGER_TEST + trigger; side (1 above or tripped, 0 below or not)."""
    test_limit: Floats
    """(Q,) limit of an observable."""
    member: Ints
    """(M,) notes of principal steps and of interest steps that pay several."""
    phase: Ints
    """(4, 2) first step of each phase and the one after its last; a phase left out shares those of amortization."""
    trigger: Ints
    """(G, 6): observable, denominator, breach (1 above), months, effect phase (0 none), curable."""
    threshold: Floats
    """(G, T) limit; NaN where not tested."""
    senior_fee: Floats
    """(P,) 1 where a revolving purchase leaves cash for the fee."""
    senior_note: Floats
    """(N,) 1 where it leaves cash for the note's interest."""
    opening_cash: Floats
    """(A,)"""
    scalars: Floats
    """(5,): cut-off balance, clean-up pool factor, idle-cash share of the pool, first-payment years, share of income left
    after the fees on income that purchases leave cash for."""


CUT_OFF, CLEAN_UP, IDLE_SHARE, FIRST_YEARS, NET_INCOME = range(5)


class Problem(NamedTuple):
    """Everything the kernels need for a job."""

    sizes: Sizes
    rows: Rows
    market: Market
    receivables: Receivables
    contract: Contract


NORMALS = ("own", "mixing", "parameters", "shocks")
"""Regions of a path's normals beside the factors', in the order of `Market.draws`."""
REGIONS = ("alive", "month_sums", "panel", *NORMALS, "weight", "residuals", "trace")
"""What follows the rows in the scratch: weight of each lane (0: no path), month sums, normals, weights of the panel's
paths (1 unless a sampler set them), worst errors, trace."""
HEADER_FIELDS = (
    *Sizes._fields,
    *Rows._fields,
    *(f"at_{name}" for group in (Market, Receivables, Contract) for name in group._fields),
    "link_width",
    "mixing_width",
    "quantile_width",
    "response_width",
    "n_shock",
    "by_path",
    *REGIONS,
    "traced",
    "keeps_steps",
    "has_conditions",
    "weighted",
    "unit",
    "replicated",
    *(f"to_{name}" for name in TALLY_ARRAYS),
)
"""Names in the header of a packed problem, in order."""
