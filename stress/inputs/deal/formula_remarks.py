"""What is allowed in a formula of a deal and seldom meant."""

from __future__ import annotations

from stress.inputs.deal.formula_rules import formulas_of
from stress.inputs.deal.formula_signs import below_zero
from stress.inputs.deal.formula_text import parse
from stress.inputs.deal.terms import Terms
from stress.inputs.text.remark import Sentences


def negative_numbers(deal: Terms) -> Sentences:
    """Formulas in which numbers alone come to less than 0, the deal's own quantities among them."""
    texts = [(place.where, place.text) for place in formulas_of(deal)]
    texts += [(f"quantities.{name}", text) for name, text in deal.quantities.items() if isinstance(text, str)]
    yield from ((where, sentence) for where, text in texts for sentence in below_zero(parse(text)))
