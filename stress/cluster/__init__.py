"""Counting on worker processes: of this machine or of any Dask cluster.

local    workers of this machine, loopback only
join     an existing cluster by its scheduler's address
check    the same source on every worker, before any work
count    ranges of paths -> tallies, added up in a tree on the workers
"""

from stress.cluster.connect import check, join, local, n_slot
from stress.cluster.drive import count

__all__ = ["check", "count", "join", "local", "n_slot"]
