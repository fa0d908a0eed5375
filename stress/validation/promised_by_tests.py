"""Promises that tests keep: each with what pytest is to run in a clone."""

from __future__ import annotations

from stress.validation.tested import tested

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
        "200 seeded changes of one operator, constant or branch; compilation off; tests/mutation",
        "tests/promises/test_mutation.py -m slow",
    ),
    tested(
        "branches", "implementation", "tests take 95% of the package's branches or more",
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
        "question-faults", "implementation",
        "a what-if, back-test or book that is killed, or loses a worker, leaves nothing half; asked again it is whole",
        "drivers killed at seeded moments, workers killed at work; bytes of page and JSON against a clean run",
        "tests/cli/test_killed_questions.py -m 'slow or not slow'",
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
        "gapped-tables", "implementation",
        "the same of 1,000 mutants of the shipped tables without a row for every period",
        "trusts' reports, cohorts, transitions, decisions; each read by the command that takes it",
        "tests/hostile/test_gapped_tables.py -m 'slow or not slow'",
    ),
    tested(
        "saved-results", "implementation",
        "saved results and kept paths that are damaged or made to harm are refused, or read as they were saved",
        "bytes, counts, dims, attributes, links, terabytes declared; seeded (tests/mutants/saved.py, kept.py)",
        "tests/hostile/test_saved_results.py tests/hostile/test_kept_paths.py -m 'slow or not slow'",
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
        "seeded; every model of stress/inputs", "tests/hostile/test_grown.py -m 'slow or not slow'",
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
