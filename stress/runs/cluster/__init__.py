"""Counting on worker processes: of this machine or of any Dask cluster.

local    workers of this machine, loopback only
queued   jobs of a batch queue, by dask-jobqueue
join     an existing cluster by its scheduler's address
check    the same source on every worker, before any work
count    ranges of paths -> tallies, added up in a tree on the workers
"""

from stress.runs.cluster.connect import GPU, check, join, local, n_card, n_slot
from stress.runs.cluster.driver import count
from stress.runs.cluster.queues import QUEUES, queued

__all__ = ["GPU", "QUEUES", "check", "count", "join", "local", "n_card", "n_slot", "queued"]
