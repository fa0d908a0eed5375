"""Macro variables that deals of a book draw by one vector autoregression: the same innovations on every path.

They stand under the key of the VAR's name; a period of the calendar is an index, so that deals of unlike dates share
those that both live in.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.inputs.book import Member
from stress.kernels.codes import MACRO
from stress.kernels.entries import normal_panel
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace
from stress.kernels.tables import NORMALS, Problem

GROUP = "shocks"


class Shared(NamedTuple):
    """A deal's part in what is drawn."""

    seed: int
    first: int
    """Index of the deal's first period."""
    n_period: int
    n_variable: int

    def normals(self, n_block: int, first_path: int) -> Array:
        """(blocks, period x variable, 32) of the paths from one on."""
        n = self.first + self.n_period
        drawn = np.empty(n_block * n * self.n_variable * LANES)
        normal_panel(drawn, n_block, n, self.n_variable, first_path, np.uint64(self.seed), MACRO)
        return drawn.reshape(n_block, n, -1, LANES)[:, self.first :].reshape(n_block, -1, LANES)


def shared_of(member: Member, problem: Problem, seed: int) -> Shared | None:
    """What a deal shares; None where its scenarios draw no macro variables."""
    _, n_period, n_variable = map(int, problem.market.draws[NORMALS.index(GROUP)])
    if member.var is None or not n_period:
        return None
    return Shared(key_of(seed, member.var), member.var_first, n_period, n_variable)


def key_of(seed: int, name: str) -> int:
    """The seed of a VAR's innovations in a book."""
    return (seed + int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")) % 2**64


def undrawn(problem: Problem) -> Problem:
    """The problem whose kernel leaves the macro innovations as they were put."""
    draws = problem.market.draws.copy()
    draws[NORMALS.index(GROUP), 1] = 0
    return problem._replace(market=problem.market._replace(draws=draws))


def put(space: Workspace, normals: Array) -> None:
    """Innovations of the first blocks of the panel that runs next."""
    space.beside(GROUP)[: len(normals)] = normals
