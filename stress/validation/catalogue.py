"""Every promise, in one list: `stress validate`, the README's table and the report's chapter read it.

To add a promise: a function that yields `Finding`s and a line in CHECKS, or a line in TESTED (`promised_by_tests`) with
what pytest is to run. Then `stress validate NAME -o stress/data/validation.json` and
`python -m stress.validation README.md`.
"""

from __future__ import annotations

from stress.validation import (
    card_forecasts,
    cards,
    cash_flows,
    coverage,
    coverage_books,
    coverage_break_even,
    coverage_capital,
    coverage_follow,
    coverage_gradients,
    coverage_sizes,
    coverage_triggers,
    deals_2020,
    draws,
    formulas,
    large_pool,
    laws,
    many_factors,
    obligor_book,
    signs,
    turnover,
)
from stress.validation.check import Check
from stress.validation.outcome import Outcome
from stress.validation.promised_by_tests import TESTED

VASICEK = "Vasicek (2002), The distribution of loan portfolio value, Risk, December"

CHECKS = (
    Check(
        "large-pool", "benchmarking", "a one-month pool has the quantiles and tail means of Vasicek's law",
        f"{VASICEK}; Acerbi and Tasche (2002)", large_pool.large_pool,
    ),
    Check(
        "vasicek-2002", "benchmarking", "simulated quantiles in standard deviations are those of Vasicek's table",
        f"{VASICEK}, table of standardised quantiles", large_pool.standardised,
    ),
    Check(
        "vasicek-formula", "benchmarking", "the closed form gives that table", VASICEK, formulas.vasicek,
    ),
    Check(
        "t-copula", "benchmarking", "under a Student t copula the same pool has the quantiles of its own law",
        "Schloegl and O'Kane (2005), Finance and Stochastics 9; Demarta and McNeil (2005); a quadrature of ours",
        large_pool.t_copula,
    ),
    Check(
        "obligors", "benchmarking", "simulated default counts of 100 obligors meet an exact quadrature",
        "Vasicek (1987), Probability of loss on loan portfolio, KMV", large_pool.obligors,
    ),
    Check(
        "finite-pool", "benchmarking", "the closed form of their count meets it too",
        "Vasicek (1987), Probability of loss on loan portfolio, KMV", formulas.finite_pool,
    ),
    Check(
        "portfolio-of-25", "benchmarking",
        "a published portfolio of 25 unequal obligors, as a book, has its expected loss and the tail of its exact law",
        "Credit Suisse First Boston (1997), CreditRisk+, appendix B; one normal factor, by a quadrature of ours",
        obligor_book.portfolio,
    ),
    Check(
        "portfolio-of-1000", "benchmarking",
        "1,000 obligors on 21 factors, as a book of aimed paths, have the tail of plain paths of another program",
        "after Glasserman and Li (2005), Management Science 51; probabilities by 240,000 plain paths of ours",
        many_factors.portfolio, long=True,
    ),
    Check(
        "notes", "benchmarking", "expected loss and probability of loss of notes have their closed forms",
        "O'Kane (2008), Modelling Single-name and Multi-name Credit Derivatives, large homogeneous portfolio",
        large_pool.notes,
    ),
    Check(
        "basel", "benchmarking", "simulated 99.9% losses give the risk weights of Basel's retail formula",
        "BCBS (June 2006), paragraph 329 and Annex 5, LGD 45%", large_pool.basel,
    ),
    Check(
        "basel-formula", "benchmarking", "every cell of Basel's illustrative retail risk weights",
        "BCBS (June 2006), Annex 5", large_pool.basel_formula,
    ),
    Check(
        "run-off", "benchmarking", "a static pool loses, and a senior note breaks even at, the closed form",
        "geometric run-off: q / (q + m (1 - q))", turnover.run_off,
    ),
    Check(
        "turnover", "benchmarking", "a pool kept full for a year defaults what the closed form of turnover says",
        "D = 12 q + s (one payment rate); 12 q + q R (plans, first order)", turnover.full_pool,
    ),
    Check(
        "flat-fee", "benchmarking", "flat-fee plans pay the published instalments and yield the published APRs",
        "Xia, Liu, Wang and Liu (2024), tables 2 and 3 (1,050 over 3 months read as 1,015)", turnover.flat_fee,
    ),
    Check(
        "prepayment", "benchmarking", "a pool on the PSA curve prepays the published SMM",
        "SIFMA, Uniform Practices; Fabozzi, The Handbook of Mortgage-Backed Securities", turnover.prepaid,
    ),
    Check(
        "prepayment-formula", "benchmarking", "the PSA curve as SMM and the first month of a published pass-through",
        "SIFMA, Uniform Practices; Fabozzi, The Handbook of Mortgage-Backed Securities", formulas.prepayment,
    ),
    Check(
        "correlation", "benchmarking", "the asset correlation of US card charge-offs, 1991-2015",
        "closed-form maximum likelihood and moments on the Federal Reserve's series", formulas.correlation,
    ),
    Check(
        "satellite", "benchmarking", "US card charge-offs on unemployment: coefficients and their errors",
        "least squares on the same series and the Federal Reserve's 2025 table 1A", formulas.satellite,
    ),
    Check(
        "cash-flows", "re-implementation", "another engine's cash flows are reproduced within its own rounding",
        "Hastructure 0.52.0 on inputs of ours: static at CDR 0 and 6%, revolving at 6%",
        cash_flows.published_cash_flows,
    ),
    Check(
        "random123", "implementation", "the generator gives the published words",
        "Salmon, Moraes, Dror and Shaw (2011), known answers of philox4x32-10", draws.random123,
    ),
    Check(
        "draws", "implementation",
        "2.4 million draws, in the order of use, pass KS, chi-square, serial and cross-path tests",
        "Kolmogorov-Smirnov, Pearson; every pair of 36 months x 2 factors; paths 1 to 512 apart", draws.battery,
    ),
    Check(
        "conservation", "implementation",
        "cash is conserved to 1e-9 on every path of random deals; no balance is negative",
        "laws of the engine, on deals, pools, clocks and stresses drawn around the templates", laws.conservation,
    ),
    Check(
        "same-bits", "implementation", "the same SHA-256 over sizes of task, threads, cuts and orders",
        "all integers that were counted", laws.same_bits,
    ),
    Check(
        "coverage", "estimates",
        "95% intervals of mean, probability and quantile hold the truth 93-97% of the time, of expected loss and "
        "shortfall, of four paths too, 93% or more",
        "closed forms of a large pool; 1,000 replications of 4,096 paths", coverage.plain, long=True,
    ),
    Check(
        "coverage-importance", "estimates", "the same with importance sampling",
        "closed forms of a large pool; 1,000 replications of 4,096 weighted paths", coverage.importance, long=True,
    ),
    Check(
        "coverage-sobol", "estimates",
        "the same with Sobol points, whose errors come from 16 replicates: 92-98%, and 92% or more",
        "closed forms of a large pool, for tails of one under a t copula; 1,000 scrambles of 4,096 points",
        coverage.sobol, long=True,
    ),
    Check(
        "coverage-gradients", "estimates",
        "95% intervals of a controlled expected loss and of its derivatives hold the truth 93-97% of the time",
        "closed forms of a large pool of one period; 1,000 replications of 8,192 paths",
        coverage_gradients.gradients, long=True,
    ),
    Check(
        "coverage-books", "estimates",
        "95% intervals of a book's tail and of what each pool brings to it hold the truth 93-97% of the time, of a "
        "tail of eight paths 93% or more",
        "Tasche (1999), Euler contributions of two large pools by quadrature; 1,000 replications of 8,192 paths",
        coverage_books.plain, long=True,
    ),
    Check(
        "coverage-books-importance", "estimates",
        "the same with paths aimed at the tail, whose errors are wide: 93% of the time or more",
        "Euler contributions of two large pools by quadrature; 1,000 replications of 8,192 weighted paths",
        coverage_books.importance, long=True,
    ),
    Check(
        "coverage-break-even", "estimates",
        "95% intervals of a break-even, of the net loss there and of its multiple hold the truth 91-99% of the time",
        "closed forms of a large pool of one period; 250 replications of 4,096 paths",
        coverage_break_even.break_evens, long=True,
    ),
    Check(
        "coverage-sizes", "estimates",
        "95% intervals of notes sized together hold each exact size 91-99% of the time, all of them 86-99%",
        "closed forms of a large pool of one period, a target of two kinds; 250 replications of 4,096 paths",
        coverage_sizes.sizes, long=True,
    ),
    Check(
        "coverage-triggers-sobol", "estimates",
        "95% intervals of triggers and first loss by month with Sobol points hold the truth 92-98% of the time",
        "the worked case by 2 million points; 500 scrambles of 4,096 points", coverage_triggers.sobol, long=True,
    ),
    Check(
        "coverage-capital", "estimates",
        "95% intervals of risk weight and capital by month, means and 95% quantiles, hold the truth 93-97% of the time",
        "the worked case by 262,144 paths; 1,000 replications of 2,048 paths", coverage_capital.capitals, long=True,
    ),
    Check(
        "coverage-follow", "estimates",
        "95% intervals of default, expected loss and worth given reports hold the truth 92-98% of the time",
        "the worked case with drawn parameters by 131,072 weighted paths; 500 replications of 1,024",
        coverage_follow.followed, long=True,
    ),
    Check(
        "signs", "sensitivity", "inputs moved alone move loss, default, income, price and life the way finance expects",
        "the worked case, 16,384 paths on common random numbers", signs.signs, long=True,
    ),
)  # fmt: skip

OUTCOMES = (
    Outcome(
        "deals-2020", "outcomes",
        "where the final 90+ ratios of the 2020 deals fall at rating assumptions, over payment rates",
        "press report of September 2022; Xia, Liu, Wang and Liu (2024); inputs that are ours are illustrative",
        deals_2020.outcome,
    ),
    Outcome(
        "card-charge-offs", "outcomes",
        "US card charge-offs predicted out of sample: from 2007 for 2008-2010, from 2019 for 2020-2025",
        "Federal Reserve charge-off rates to 2015, Federal Reserve Bank of Philadelphia after, joined by us; "
        "unemployment of the Federal Reserve's stress-test tables",
        cards.outcome,
    ),
    Outcome(
        "card-forecasts", "outcomes",
        "US card charge-offs predicted from each past quarter since 2000, refitted to what was known, misses included",
        "Federal Reserve charge-off rates to 2015, Federal Reserve Bank of Philadelphia after, joined by us; CRPS in "
        "percentage points a month",
        card_forecasts.outcome, long=False,
    ),
)  # fmt: skip

ALL: tuple[Check | Outcome, ...] = (*CHECKS, *TESTED, *OUTCOMES)
"""The order of every table."""


def named(name: str) -> Check | Outcome | None:
    """The promise of that name."""
    return next((check for check in ALL if check.name == name), None)
