"""The version of the package: one line, which nothing else is imported for."""

__version__ = "0.1.0"
