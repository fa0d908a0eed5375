"""Closed forms of portfolio credit risk and consumer receivables: the oracles that the engine must meet.

Every function says its paper and equation and shows an example. Rates are fractions, time is in months.
"""

from stress.analytic.amortization import Schedule, level_payment, schedule
from stress.analytic.instalment import (
    flat_fee_apr,
    flat_fee_payment,
    steady_average_life,
    steady_payment_rate,
    steady_profile,
)
from stress.analytic.large_pool import (
    loss_distribution,
    loss_es,
    loss_quantile,
    loss_sd,
    qrre_capital,
    qrre_risk_weight,
    tranche_el,
    tranche_pd,
)
from stress.analytic.mixture import default_count_distribution, t_loss_distribution, t_loss_es, t_loss_quantile
from stress.analytic.prepayment import PassThrough, cpr_from_smm, pass_through_month, psa_smm, smm_from_cpr
from stress.analytic.turnover import (
    Turnover,
    breakeven_default_rate,
    run_off_default,
    turnover_by_payment_rate,
    turnover_of_plans,
)
from stress.analytic.two_pools import (
    TwoPools,
    two_pool_contributions,
    two_pool_es,
    two_pool_exceedance,
    two_pool_quantile,
)
from stress.inputs.arguments import hold

__all__ = [
    "PassThrough",
    "Schedule",
    "Turnover",
    "TwoPools",
    "breakeven_default_rate",
    "cpr_from_smm",
    "default_count_distribution",
    "flat_fee_apr",
    "flat_fee_payment",
    "level_payment",
    "loss_distribution",
    "loss_es",
    "loss_quantile",
    "loss_sd",
    "pass_through_month",
    "psa_smm",
    "qrre_capital",
    "qrre_risk_weight",
    "run_off_default",
    "schedule",
    "smm_from_cpr",
    "steady_average_life",
    "steady_payment_rate",
    "steady_profile",
    "t_loss_distribution",
    "t_loss_es",
    "t_loss_quantile",
    "tranche_el",
    "tranche_pd",
    "turnover_by_payment_rate",
    "turnover_of_plans",
    "two_pool_contributions",
    "two_pool_es",
    "two_pool_exceedance",
    "two_pool_quantile",
]
hold(globals(), __all__)
