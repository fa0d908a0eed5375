"""A deal as one picture: notes with their enhancement, the deal's life with its triggers, the priority of payments."""

from stress.explain.drawing.sheet import picture, picture_svg

__all__ = ["picture", "picture_svg"]
