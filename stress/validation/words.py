"""The sections of the validation chapter, in the order that supervisory guidance on model risk asks for."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """A section: its heading and what is said before its checks."""

    name: str
    title: str
    text: tuple[str, ...]


PARTS = (
    Part(
        "purpose",
        "Purpose",
        (
            "The engine simulates the life of a securitization of consumer receivables, revolving or static, month "
            "by month or day by day, under scenarios, and gives the loss distribution of every note. It is meant "
            "for comparing structures and scenarios, for break-even and reverse stress, and for asking what an "
            "assumption is worth.",
            "It is not meant for pricing to market, for a rating, or for a forecast: without a scenario and a "
            "calibration of the user's own its figures illustrate.",
        ),
    ),
    Part(
        "assumptions",
        "Assumptions",
        (
            "Receivables of a segment are alike and many: given the common factors a transition happens to its "
            "share of the balance (unless a number of obligors is given).",
            "Defaults move together through normal factors that follow a stationary AR(1) by month; the mean of "
            "each transition rate over the factors is the input (Vasicek's conditional rate).",
            "New receivables, where the deal buys any, are as the pool file says, but for what a scenario changes; "
            "the originator's behaviour does not respond to the path. The priority of payments is applied as "
            "written; nobody waives, buys back or supports.",
            "Parameters are taken as known, unless a job draws them.",
        ),
    ),
    Part(
        "data",
        "Data",
        (
            "Inputs that are the authors' own are listed under illustrative in the file that holds them and "
            "flagged in this report.",
            "What ships with the engine, and stands behind a deal only where its inputs say so: the worked case of "
            "two deals of 2020 (Xia, Liu, Wang and Liu 2024; a press report of September 2022) and Federal Reserve "
            "charge-off rates and stress-test tables, public domain; scenarios/data/SOURCES.txt names each. A "
            "hundred quarters of those card charge-offs are worth about four independent ones for their mean: every "
            "interval of a calibration to them knows it, and they are wide.",
        ),
    ),
    Part(
        "re-implementation",
        "Independent re-implementation",
        (
            "A second model in plain Python was written from the accounting page alone by someone who had not "
            "read the kernels; both are run on the same random deals. A third engine's published cash flows are "
            "reproduced.",
        ),
    ),
    Part(
        "benchmarking",
        "Benchmarking",
        (
            "Closed forms and published figures. A simulated figure must lie within 4 of its own standard errors, "
            "a computed one within the rounding of the publication.",
        ),
    ),
    Part(
        "estimates",
        "Errors of the estimates",
        ("Every estimate carries an interval; here the share of runs whose interval holds a known truth.",),
    ),
    Part(
        "implementation",
        "Soundness of the implementation",
        ("Random numbers, conservation laws, reproducibility, faults and hostile input.",),
    ),
    Part(
        "sensitivity",
        "Sensitivity",
        ("Each input moved alone on common random numbers: the sign that finance expects, and how far it reaches.",),
    ),
    Part(
        "outcomes",
        "Outcomes analysis",
        (
            "What the model said beside what happened. These are measured, not passed: where the model fails it "
            "is said.",
        ),
    ),
    Part(
        "limits",
        "Limits",
        (
            "One factor a risk: tails beyond what the histories show rest on the normal copula, or on the degrees "
            "of freedom that the user gives a t copula: one mixing variable a path for factor and borrower alike. A "
            "double t copula (Hull and White 2004), whose factor and borrower have heavy tails each of its own, is "
            "not there: rates of a month are conditional on a normal factor.",
            "The histories behind the correlation of the shipped pools are of US cards over 25 years; no public "
            "history of a Chinese consumer pool is long enough to estimate one.",
            "The satellite that ships sees unemployment and nothing else: relief programmes, moratoria and "
            "underwriting cycles are outside it, and the back-test shows what that costs.",
            "Final figures of the two deals of the worked case cannot tell turnover from a failing score: paths by "
            "month would.",
            "Checks show that the engine computes what the accounting says. They do not show that the accounting "
            "is the deal.",
        ),
    ),
)
