"""Deals of other engines as ours, with a list of what could not be carried.

absbox  a deal as the dict (JSON or a Python literal) that AbsBox takes
"""
