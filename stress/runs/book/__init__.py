"""Counting a book: every deal on the same panels of draws, the book's losses path by path, integers only.

weather   draws of the named factors, and of each deal given them
count     a book ready to count, on its panels
macro     macro variables that deals draw together
rates     short rates that they share
holdings  what the book holds, and paths of it added to its counts
kept      a folder read again
aims      where its paths aim, for importance sampling
driven    the engine's driver: threads, workers, a cluster, a folder to go on from
plans     what counting takes
replayed  one path of every deal again, with its cash flows
"""
