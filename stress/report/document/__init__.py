"""A model document for validators: purpose, theory, assumptions, data, results, sensitivity, outcomes, limits.

Everything in it is read from where it already stands: the job, the accounting page of the kernels, the Dataset of a
run, the record of `stress validate`. The order follows supervisory guidance on model risk (Federal Reserve SR 26-2 of
April 2026, which replaced SR 11-7): development and use first, then validation, then what to watch.

theory      what the model states: equation, source, rule of the accounting page, and which jobs use it
sections    the sections, each a list of lines of Markdown, and one HTML page of them that opens offline
"""

from stress.report.document.sections import as_page, document

__all__ = ["as_page", "document"]
