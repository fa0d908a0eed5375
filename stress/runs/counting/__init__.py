"""Counting paths: which ranges of them, on which threads, and what was counted as bytes.

Everything that is counted adds up as integers, so ranges may be cut, handed out, lost, repeated and merged in any way.
"""

from stress.runs.counting.counted import Counted, Progress
from stress.runs.counting.ranges import Range, Ranges, chunks, missing, union
from stress.runs.counting.threads import count

__all__ = ["Counted", "Progress", "Range", "Ranges", "chunks", "count", "missing", "union"]
