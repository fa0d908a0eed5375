"""Validation: promises about the engine that anyone can measure again, and what its outcomes were worth.

check       a promise, its source, the numbers that keep or break it
catalogue   every promise: the one list behind `stress validate`, the README's table and the report's chapter
record      what was measured, as JSON
"""
