"""The HTML report: one self-contained page (`whole`) of chapters."""
