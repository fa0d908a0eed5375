"""What the model states, as data: equation, source, the rule of the accounting page, and which jobs use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from stress.inputs.job import Job

VASICEK = "Vasicek (2002), The distribution of loan portfolio value, Risk, December"


class Statement(NamedTuple):
    """One part of the theory."""

    topic: str
    says: str
    source: str
    rule: str
    """The paragraph of the accounting page that computes it; empty where none does."""
    used: Callable[[Job], bool] = lambda job: True


def _plain(job: Job) -> bool:
    return job.estimator not in ("importance", "sobol")


def used_by(job: Job) -> list[Statement]:
    """The statements that this job uses, in the order of the accounting page."""
    return [statement for statement in THEORY if statement.used(job)]


THEORY = (
    Statement(
        "Conditional rates", "p(z) = Phi((Phi^-1(p) - sqrt(rho) z) / sqrt(1 - rho)); its mean over z is p", VASICEK,
        "Rates of a month",
    ),
    Statement(
        "Persistence", "Y_t = phi Y_(t-1) + sqrt(1 - phi^2) e_t, stationary with variance 1",
        "Gaussian AR(1); monthly horizon", "Factors",
    ),
    Statement(
        "Several factors", "Y_t = phi Y_(t-1) + sqrt(1 - phi^2) L e_t, L L' the correlation of the factors",
        "Pykhtin (2004), Multi-factor adjustment, Risk, March", "Factors",
        lambda job: bool(job.pool.dependence.loadings or job.pool.dependence.rho_prepayment
                         or job.pool.dependence.rho_recovery),
    ),
    Statement(
        "Student t copula", "thresholds scaled by sqrt(chi2 / df), one draw a path; each month's rate keeps its mean",
        "Schloegl and O'Kane (2005), Finance and Stochastics 9; Demarta and McNeil (2005)", "Rates of a month",
        lambda job: job.pool.dependence.df is not None,
    ),
    Statement(
        "A finite number of borrowers", "transitions move Bin(n, p(z)) of n borrowers, by inversion",
        "Vasicek (1987), Probability of loss on loan portfolio, KMV", "Obligors",
        lambda job: job.pool.obligors is not None,
    ),
    Statement(
        "Quality of purchases", "what a month buys keeps for life the odds of default that the scenario has in it",
        "a multiple of the odds by month of purchase", "Quality",
        lambda job: any(shock.target == "new_default_odds" for scenario in job.scenarios for shock in scenario.shocks),
    ),
    Statement(
        "Instalment loans", "level, interest-only, balloon, bullet and flat-fee plans as profiles of what falls due",
        "annuity formula; a flat fee as the annual rate of its cash flows", "Loans",
        lambda job: job.pool.payment_rate is None,
    ),
    Statement(
        "Cards", "a share of what is outstanding is paid each month; finance charges on the balance",
        "payment rate and yield as trustees report them", "Cards", lambda job: job.pool.payment_rate is not None,
    ),
    Statement(
        "Seasoning", "new loans move on to later stages; hazards by stage, exact for any path of rates",
        "phase-type hazards; survival-scaled recursion", "Stages", lambda job: bool(job.pool.stages),
    ),
    Statement(
        "Ladder of arrears", "a Markov chain of buckets: rolls, cures, pays down, stays; charge-off after the last",
        "Cyert, Davidson and Thompson (1962), Management Science 8", "Ladder", lambda job: job.pool.ladder is not None,
    ),
    Statement(
        "Drawn parameters", "log odds of (p, rho, phi) by path, from the sampling law of their estimates",
        "predictive law in place of a plug-in law", "Rates of a month",
        lambda job: any(scenario.parameters is not None for scenario in job.scenarios),
    ),
    Statement(
        "Drawn macro variables", "d_q = sum_l A_l d_(q-l) + P e_q about a scenario's path; rates follow by a satellite",
        "Sims (1980), Econometrica 48; logit satellite", "Rates of a month",
        lambda job: any(scenario.swing is not None for scenario in job.scenarios),
    ),
    Statement(
        "Purchases and turnover", "principal buys new receivables while the deal revolves, within supply and limits",
        "the deal's own documents", "Purchase", lambda job: job.deal.revolving_months > 0,
    ),
    Statement(
        "Priority of payments", "steps in their order, each from its accounts under its conditions; cash is conserved",
        "the deal's own documents", "Payment",
    ),
    Statement(
        "Master trusts", "floating share I / max(B, I + O) of receipts and defaults, fixed after the revolving months",
        "the trust's own documents", "Master trusts", lambda job: job.deal.trust is not None,
    ),
    Statement(
        "Random short rate", "dx = -a x dt + sigma dW about a forward curve, which the mean discount factor keeps",
        "Hull and White (1990), Review of Financial Studies 3; Vasicek (1977), Journal of Financial Economics 5",
        "Short rate", lambda job: any(scenario.short_rate is not None for scenario in job.scenarios),
    ),
    Statement(
        "Price", "cash of a path discounted at the coupon and a spread, or on the path's short rate",
        "a note that pays its coupon on time is worth par", "Price",
    ),
    Statement(
        "Start in mid-life", "months up to the state are data; what follows is simulated from its balances and levels",
        "the deal's reports", "Opening state", lambda job: job.state is not None,
    ),
    Statement(
        "Expected rates in mid-life", "E p(Y_t) = Phi((Phi^-1(p) - sqrt(rho) m_t) / sqrt(1 - rho + rho v_t)), m_t and "
        "v_t of Y_t given the state", "Vasicek (2002), Risk 15(12)", "Factors in mid-life",
        lambda job: job.state is not None and bool(job.state.factors),
    ),
    Statement(
        "Factors given reports", "Y_b = y + G u + H n: a normal law fitted to that of the factors given all reports",
        "Kalman (1960), Journal of Basic Engineering 82; weighted draws: Cornuet and others (2012)", "Opening state",
        lambda job: job.state is not None and job.state.known is not None,
    ),
    Statement(
        "Random numbers", "Philox4x32-10: a path is a key, whatever the order or the number of threads",
        "Salmon, Moraes, Dror and Shaw (2011); Box and Muller (1958)", "Normals",
    ),
    Statement(
        "Importance sampling", "a defensive mixture of shifted normals, weighted by the balance heuristic",
        "Hesterberg (1995); Veach and Guibas (1995), equation 14", "Normals", lambda job: job.estimator == "importance",
    ),
    Statement(
        "Weighted paths", "weights calibrated to their known mean; gamma intervals; quantiles by inverted exceedance",
        "Deville and Sarndal (1992), JASA 87; Fay and Feuer (1997), Statistics in Medicine 16; Woodruff (1952)",
        "", lambda job: job.estimator == "importance",
    ),
    Statement(
        "Quasi-Monte Carlo", "16 scrambled replicates of Sobol points; errors between them; quantiles by exceedance",
        "Joe and Kuo (2008); Owen (1998); Woodruff (1952), JASA 47", "Normals", lambda job: job.estimator == "sobol",
    ),
    Statement(
        "Errors of means", "the jackknife over batches of paths, of means, ratios and their differences",
        "Busing, Meijer and van der Leeden (1999), Statistics and Computing 9", "",
    ),
    Statement(
        "Probabilities", "exact binomial intervals; what no path or every path showed has a one-sided bound",
        "Clopper and Pearson (1934), Biometrika 26; Hanley and Lippman-Hand (1983), JAMA 249", "", _plain,
    ),
    Statement(
        "Tails", "quantiles between order statistics; error of the tail mean: Var((X - VaR)+) / (n (1 - level)^2)",
        "David and Nagaraja (2003), Order Statistics, 7.1; Acerbi and Tasche (2002), J. of Banking and Finance 26", "",
        _plain,
    ),
    Statement(
        "Few paths", "intervals of losses and tail means: Student's t below, above gamma quantiles with one path more, "
        "which loses what lies beyond the worst one on average in a Pareto tail of shape 1/2",
        "Fay and Feuer (1997), Statistics in Medicine 16; Pickands (1975), Annals of Statistics 3", "", _plain,
    ),
)  # fmt: skip
"""In the order of the accounting page; how numbers are drawn and counted last."""
