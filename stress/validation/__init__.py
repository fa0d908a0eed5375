"""Validation: promises about the engine that anyone can measure again, and what its outcomes were worth.

check       a promise, its source, the numbers that keep or break it
tested      a promise that a line of pytest keeps; the tests may say what they measured
outcome     what the model said beside what happened: shown, neither kept nor broken
catalogue   every promise: the one list behind `stress validate`, the README's table and the report's chapter
record      what was measured, as JSON; the one that ships is `stress/data/validation.json`
readme      the README's table, written from list and record: `python -m stress.validation README.md`
words       what the chapter says before its figures
"""
