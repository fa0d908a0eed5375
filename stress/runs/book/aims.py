"""Importance sampling towards a book's tail: where the named factors are shifted to, by the engine's own mixture.

Cross-entropy with levels (Rubinstein 1999; de Boer, Kroese, Mannor, Rubinstein 2005) on the normals behind the named
factors: their mean over the paths on which the book loses more than its quantile, found in rounds, each drawn from the
mixture of the round before (the plain law and a shift for every scenario), each reaching for worse paths until enough
lie beyond the quantile. All scenarios learn from the same paths, weighted as the mixture has it. What is a deal's own
stays plain.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stress.inputs.book import Book
from stress.kernels.layout import PANEL_BLOCKS, PANEL_PATHS, Floats
from stress.kernels.sampling import Shifted
from stress.runs.book.count import LEVEL, Counter, Packs, packs_of
from stress.runs.sampling.shifts import ELITE, FIRST_BLOCK, ROUNDS, mixture

FIRST_PANEL = FIRST_BLOCK // PANEL_BLOCKS
"""Panels from here on are the pilot's: no book has so many paths."""
PANELS = 16
"""Of a round."""
TIE = 1e-6
"""Weight of the weather in a path's grade: it tells paths apart that lose nothing."""
Some = NDArray[np.bool_]


def ready(book: Book, level: float = LEVEL) -> Packs:
    """A book ready to count as its estimator asks: paths of importance sampling look at its worst 1 - level of paths,
    under every scenario. Raises ConfigError."""
    packs = packs_of(book, level)
    return packs if book.estimator == "plain" else packs._replace(sampler=sampler_of(packs, level))


def sampler_of(packs: Packs, level: float) -> Shifted | None:
    """The mixture: the plain law and a shift towards the tail of every scenario, apart from each other; None where the
    tail looks like all paths. Rounded to 1/1000, so that the last bits of a machine's sums do not matter.
    """
    hand = Counter(packs)
    for turn in range(ROUNDS):
        panels = range(FIRST_PANEL + turn * PANELS, FIRST_PANEL + (turn + 1) * PANELS)
        grade, weight = _graded(hand, panels)
        found = [_elite(one, weight, level) for one in grade]
        shifts = _means(hand, panels, weight, [elite for elite, _ in found])
        hand.weather.sampler = mixture(shifts, (hand.weather.n_month, hand.weather.n_named))
        if hand.weather.sampler is None or all(enough for _, enough in found):
            break
    return hand.weather.sampler


def _graded(hand: Counter, panels: range) -> tuple[Floats, Floats]:
    """(K, n) how bad a path is under each scenario, (n,) its weight."""
    held = hand.held
    loads = np.array([hand.book.deals[deal].loads for deal in held.deal]).T @ (held.sign * held.weight)
    grades, weights = [], []
    for panel in panels:
        seen = hand.simulate(panel * PANEL_PATHS, (panel + 1) * PANEL_PATHS)
        loss = np.einsum("p,kpn->kn", held.weight, seen.outcome[0])
        grades.append(loss - TIE * (loads @ seen.factor))
        weights.append(seen.weight.copy())
    return np.concatenate(grades, axis=1), np.concatenate(weights)


def _elite(grade: Floats, weight: Floats, level: float) -> tuple[Some, bool]:
    """The paths to go to next, and whether they are those beyond the quantile itself."""
    order = np.argsort(-grade, kind="stable")
    beyond = np.zeros(len(grade), bool)
    beyond[order[np.cumsum(weight[order]) <= (1.0 - level) * weight.sum()]] = True
    if beyond.mean() >= ELITE:
        return beyond, True
    most = np.zeros(len(grade), bool)
    most[order[: round(ELITE * len(grade))]] = True
    return most, False


def _means(hand: Counter, panels: range, weight: Floats, elites: list[Some]) -> list[Floats]:
    """(T, F) of each scenario: the mean of the normals over its elite, drawn again."""
    total = np.zeros((len(elites), hand.weather.n_month, hand.weather.n_named))
    for i, panel in enumerate(panels):
        hand.weather.move(panel)
        here = slice(i * PANEL_PATHS, (i + 1) * PANEL_PATHS)
        shocks = hand.weather.shocks()
        for k, elite in enumerate(elites):
            each = (weight[here] * elite[here]).reshape(shocks.shape[0], -1)
            total[k] += np.einsum("bl,btfl->tf", each, shocks)
    mass = np.array([(weight * elite).sum() for elite in elites])
    return list(np.round(total / mass[:, None, None], 3))
