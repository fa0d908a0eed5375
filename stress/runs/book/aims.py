"""Importance sampling towards a book's tail: where its factors are shifted to, by the engine's own mixture.

Cross-entropy with levels (Rubinstein 1999; de Boer, Kroese, Mannor, Rubinstein 2005) on the normals behind the named
factors, and behind the own default factor of deals whose own bad months make the tail: their mean over the paths on
which the book loses more than its quantile, found in rounds, each drawn from the mixture of the round before (the plain
law and a shift for every scenario), each reaching for worse paths until enough lie beyond the quantile. All scenarios
learn from the same paths, weighted as the mixture has it. What else is a deal's own stays plain, and so is a deal's own
factor whose mean over those paths is no more than noise: shifts that mean nothing cost weight.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array, Bools
from stress.inputs.book import Book
from stress.kernels.layout import LANES, PANEL_BLOCKS, PANEL_PATHS
from stress.runs.book.count import LEVEL, Counter, Packs, packs_of
from stress.runs.book.weather import Proposal
from stress.runs.sampling.shifts import ELITE, FIRST_BLOCK, ROUNDS, mixture

FIRST_PANEL = FIRST_BLOCK // PANEL_BLOCKS
"""Panels from here on are the pilot's: no book has so many paths."""
PANELS = 16
"""Of a round."""
TIE = 1e-6
"""Weight of the weather in a path's grade: it tells paths apart that lose nothing."""
SURE = 5.0
"""Standard deviations above noise at which the mean of a deal's own factor tells something."""


def ready(book: Book, level: float = LEVEL) -> Packs:
    """A book ready to count as its estimator asks: paths of importance sampling look at its worst 1 - level of paths,
    under every scenario. Raises ConfigError."""
    packs = packs_of(book, level)
    return packs if book.estimator == "plain" else packs._replace(proposal=proposal_of(packs, level))


def proposal_of(packs: Packs, level: float) -> Proposal | None:
    """The mixture: the plain law and a shift towards the tail of every scenario, apart from each other; None where the
    tail looks like all paths. Rounded to 1/1000, so that the last bits of a machine's sums do not matter.
    """
    hand = Counter(packs)
    for turn in range(ROUNDS):
        panels = range(FIRST_PANEL + turn * PANELS, FIRST_PANEL + (turn + 1) * PANELS)
        grade, weight = _graded(hand, panels)
        elites = [_elite(row, weight, level) for row in grade]
        hand.weather.proposal = _proposed(_means(hand, panels, weight, [elite for elite, _ in elites]))
        if hand.weather.proposal is None or all(enough for _, enough in elites):
            break
    return hand.weather.proposal


def _graded(hand: Counter, panels: range) -> tuple[Array, Array]:
    """(K, n) how bad a path is under each scenario, (n,) its weight."""
    held = hand.held
    loads = np.array([hand.book.deals[deal].loads for deal in held.deal]).T @ (held.sign * held.weight)
    grades, weights = [], []
    for panel in panels:
        simulated = hand.simulate(panel * PANEL_PATHS, (panel + 1) * PANEL_PATHS)
        loss = np.einsum("p,kpn->kn", held.weight, simulated.outcome[0])
        grades.append(loss - TIE * (loads @ simulated.factor))
        weights.append(simulated.weight.copy())
    return np.concatenate(grades, axis=1), np.concatenate(weights)


def _elite(grade: Array, weight: Array, level: float) -> tuple[Bools, bool]:
    """The paths to go to next, and whether they are those beyond the quantile itself."""
    order = np.argsort(-grade, kind="stable")
    beyond = np.zeros(len(grade), bool)
    beyond[order[np.cumsum(weight[order]) <= (1.0 - level) * weight.sum()]] = True
    if beyond.mean() >= ELITE:
        return beyond, True
    most = np.zeros(len(grade), bool)
    most[order[: round(ELITE * len(grade))]] = True
    return most, False


class Means(NamedTuple):
    """Of the normals over the elite of each scenario."""

    named: Array
    """(K, T F)"""
    own: dict[int, Array]
    """(K, T) of each deal with something of its own."""
    size: Array
    """(K,) paths that the elite is worth."""


def _means(hand: Counter, panels: range, weight: Array, elites: list[Bools]) -> Means:
    """Drawn again, panel by panel."""
    weather, deals = hand.weather, sorted({int(d) for d in hand.held.deal if hand.weather.deals[d].own > 0.0})
    named = np.zeros((len(elites), weather.n_month * weather.n_named))
    own = {deal: np.zeros((len(elites), weather.deals[deal].n_month)) for deal in deals}
    for i, panel in enumerate(panels):
        weather.move(panel)
        here = slice(i * PANEL_PATHS, (i + 1) * PANEL_PATHS)
        elite_weight = (weight[here] * np.array(elites)[:, here]).reshape(len(elites), -1, LANES)
        named += np.einsum("kbl,btfl->ktf", elite_weight, weather.shocks()).reshape(named.shape)
        for deal in deals:
            own[deal] += np.einsum("kbl,btl->kt", elite_weight, weather.own(deal, panel)[:, :, 0])
    mass = np.array([(weight * elite).sum() for elite in elites])
    size = mass**2 / np.array([(weight**2 * elite).sum() for elite in elites])
    return Means(named / mass[:, None], {deal: sums / mass[:, None] for deal, sums in own.items()}, size)


def _proposed(means: Means) -> Proposal | None:
    """The mixture of all scenarios' shifts, with the deals whose own factor tells more than noise in some of them."""
    parts, deals = [means.named], []
    for deal, mean in means.own.items():
        n_month = mean.shape[1]
        noise = n_month + SURE * np.sqrt(2.0 * n_month)  # a chi-square of as many degrees, and deviations above it
        tells = means.size * (mean**2).sum(axis=1) > noise
        if tells.any():
            deals.append(deal)
            parts.append(mean * tells[:, None])
    shifts = np.round(np.concatenate(parts, axis=1), 3)[:, :, None]
    shifted = mixture(list(shifts), shifts.shape[1:])
    return None if shifted is None else Proposal(shifted, tuple(deals))
