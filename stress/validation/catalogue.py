"""Every promise, in one list: `stress validate`, the README's table and the report's chapter read it.

To add a promise: a function that yields `Finding`s and a line in CHECKS, or a line in TESTED with what pytest is to
run.
Then `stress validate NAME -o stress/data/validation.json` and `python -m stress.validation README.md`.
"""

from __future__ import annotations

from stress.validation import (
    card_forecasts,
    cards,
    cash_flows,
    coverage,
    deals_2020,
    draws,
    formulas,
    large_pool,
    laws,
    signs,
    turnover,
)
from stress.validation.check import Check
from stress.validation.outcome import Outcome
from stress.validation.tested import tested

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
        "95% intervals of mean, probability, quantile and expected shortfall hold the truth 93-97% of the time",
        "closed forms of a large pool; 1,000 replications of 4,096 paths", coverage.plain, long=True,
    ),
    Check(
        "coverage-importance", "estimates", "the same with importance sampling",
        "closed forms of a large pool; 1,000 replications of 4,096 weighted paths", coverage.importance, long=True,
    ),
    Check(
        "coverage-sobol", "estimates",
        "the same with Sobol points, whose errors come from 16 replicates: 92-98%",
        "closed forms of a large pool, for tails of one under a t copula; 1,000 scrambles of 4,096 points",
        coverage.sobol, long=True,
    ),
    Check(
        "signs", "sensitivity", "inputs moved alone move loss, default, income, price and life the way finance expects",
        "the worked case, 16,384 paths on common random numbers", signs.signs, long=True,
    ),
)  # fmt: skip

TESTED = (
    tested(
        "oracle", "re-implementation",
        "the kernel agrees with an independent plain-Python model to 1e-10 of the cut-off balance",
        "the accounting page alone; random deals, pools and scenarios", "tests/oracle/test_kernel_against_oracle.py",
    ),
    tested(
        "oracle-10000", "re-implementation",
        "the same to 1e-9 on 20,000 paths of 10,000 random deals; cash conserved, no wrong sign, steps in order",
        "the accounting page alone; laws in tests/kernel_laws.py", "tests/oracle/test_kernel_against_oracle.py -m slow",
    ),
    tested(
        "hand-worked", "re-implementation", "deals small enough to be worked by hand come out so",
        "notes, accounts, triggers and switches worked on paper",
        "tests/hand_worked",
    ),
    tested(
        "vector-width", "implementation",
        "one SHA-256 over tasks, threads, workers, killed and resumed runs, vector widths; to 1e-9 without a compiler",
        "all integers that were counted; one block of the worked case", "tests/promises/test_same_bits.py -m slow",
    ),
    tested(
        "mid-life", "re-implementation",
        "a deal that starts from the state of a path goes on as the path did, to 1e-9, and as the slow model",
        "the accounting page, Opening state; shipped and random deals",
        "tests/runs/test_mid_life.py tests/oracle/test_mid_life_against_oracle.py",
    ),
    tested(
        "posterior-ranks", "outcomes",
        "ranks of the truth among what reports say of it are uniform over 400 synthetic deals",
        "Cook, Gelman and Rubin (2006); Talts and others (2018)", "tests/analysis/test_posterior.py -m slow",
    ),
    tested(
        "mutants", "implementation", "tests kill mutants of the kernels and the measures",
        "300 seeded changes of one operator, constant or branch; compilation off; tests/mutation",
        "tests/promises/test_mutation.py -m slow",
    ),
    tested(
        "branches", "implementation", "tests take 90% of the package's branches or more",
        "coverage.py by branch; kernels without a compiler, all else as it runs",
        "tests/promises/test_coverage.py -m slow",
    ),
    tested(
        "unbiased", "estimates",
        "importance sampling agrees with plain sampling at the rate that chance gives, its errors being what they say",
        "expected loss, probability of loss and shortfall of every note of random jobs; paths that draw only factors, "
        "and paths that draw a t mixing variable, parameters, heterogeneity or whole borrowers",
        "tests/promises/test_unbiased.py -m 'slow or not slow'",
    ),
    tested(
        "gradients", "estimates",
        "derivatives by scores, 200 and more under every scenario, agree with moved inputs on common random numbers: "
        "no |z| of 4",
        "Glynn (1990), Communications of the ACM 33; differences of the deal's own runs",
        "tests/analysis/test_gradients.py -m slow",
    ),
    tested(
        "followed-deals", "estimates",
        "the law of a deal given its reports is Kalman's where that is exact, agrees with quadrature, gives the prior "
        "back, and is calibrated over 200 made deals",
        "Kalman (1960); Cook, Gelman and Rubin (2006), Journal of Computational and Graphical Statistics 15",
        "tests/analysis/test_posterior.py -m 'slow or not slow'",
    ),
    tested(
        "batch-faults", "implementation", "a run that is killed, starved or damaged ends whole or says that it did not",
        "faults made on purpose",
        "tests/runs/test_batch_faults.py tests/runs/test_batch_clock.py -m 'slow or not slow'",
    ),
    tested(
        "lost-driver", "implementation", "a lost driver costs at most a chunk of each thread, of a worker seconds more",
        "paths in no shard, at every moment of a run of half a minute",
        "tests/runs/test_batch_lost_driver.py -m slow",
    ),
    tested(
        "memory", "implementation", "peak memory of a run does not grow with its paths (5%)",
        "100,000 paths against 10 million, and against 2 million under eight scenarios",
        "tests/promises/test_batch_memory.py -m slow",
    ),
    tested(
        "limits", "implementation", "a run beyond its limits is refused before any work; 10^18 paths are",
        "--paths, --max-paths, --max-memory", "tests/runs/test_batch_folder.py -k refused_at_once",
    ),
    tested(
        "sweeps", "implementation", "every job of a sweep has the bits of its own run, also after a stop",
        "two deals, two seeds", "tests/runs/test_sweeps.py",
    ),
    tested(
        "kept-paths", "implementation", "a million paths on disk open in a moment and are read in part",
        "one Zarr store of one writer", "tests/runs/test_batch_paths.py -m slow",
    ),
    tested(
        "scale", "implementation", "the cost of a task and a merge predict many small tasks on 16 worker processes",
        "the model of benchmarks/scaling.py", "tests/promises/test_scale.py -m slow -k sixteen",
    ),
    tested(
        "many-cores", "implementation",
        "a model, not a measurement: 10^9 paths under eight scenarios on 64 and on 1,024 cores like these",
        "the same model; a network that slows nothing", "tests/promises/test_scale.py -m slow -k many_cores",
    ),
    tested(
        "cores", "implementation", "two threads count at 90% of twice one or better, by CPU second",
        "whole counts on one thread and two, in turns", "tests/promises/test_scale.py -m slow -k two_threads",
    ),
    tested(
        "loopback", "implementation", "a local run listens on loopback only, or not at all",
        "sockets of the process and its workers", "tests/runs/test_batch_faults.py -k loopback",
    ),
    tested(
        "constraints", "implementation", "every dependency is pinned, within its bounds, with the SHA-256 of its files",
        ".ci/constraints.txt against pyproject.toml", "tests/repo/test_constraints.py",
    ),
    tested(
        "malformed", "implementation",
        "of 2,000 mutants of the shipped files none is accepted wrongly, crashes, or is refused without file and key",
        "seeded; judged by ranges written by hand (tests/mutants/judge.py)",
        "tests/hostile/test_malformed.py -m 'slow or not slow'",
    ),
    tested(
        "hostile", "implementation", "files made to harm are refused by one message, in 1 s of processor and 300 MB",
        "paths, links, sizes, encodings, formulas, wrong units", "tests/hostile/test_hostile.py -m 'slow or not slow'",
    ),
    tested(
        "workbook-bombs", "implementation",
        "workbooks that unpack to far more than they seem are refused before they are parsed",
        "cells, rows, sheets, styles, comments, entities, members beyond what a workbook can have",
        "tests/hostile/test_workbook_bombs.py -m 'slow or not slow'",
    ),
    tested(
        "grown", "implementation",
        "files grown from the grammar of the models are read, or refused by file and key",
        "seeded; every model of stress/inputs", "tests/hostile/test_grown.py",
    ),
    tested(
        "tape-memory", "implementation", "a tape of ten million rows is read in bounded memory",
        "stress pool on text and Parquet of 10^6 and 10^7 rows", "tests/promises/test_tape_memory.py -m slow",
    ),
    tested(
        "hostile-names", "implementation",
        "a name from a file cannot become markup in the report or a formula in a spreadsheet",
        "OWASP, CSV injection", "tests/report/test_report.py -k 'escaped or formula'",
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
