"""Counting a book: every deal on the same panels of draws, the book's losses path by path, integers only.

weather   draws of the named factors, and of each deal given them
tally     what is counted, and how two counts become one
count     ranges of paths over threads or a cluster
replayed  one path of every deal again, with its cash flows
"""
