"""A deal that contradicts itself, or is silent about money, is refused with a sentence."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import tomli
import wrong_deals
import wrong_triggers
from pydantic import ValidationError
from shipped import ROOT
from wrong_deals import read, template

from stress.inputs.deal import Deal, Note
from stress.inputs.deal.reading import phases, steps_of

CASES = wrong_deals.CASES | wrong_triggers.CASES


def test_the_template_is_a_right_deal() -> None:
    assert read(template()).name == "NAME"


def test_the_template_names_every_key_and_word_of_the_language() -> None:
    text = (ROOT / "stress/templates/deal.toml").read_text(encoding="utf-8")
    words = {word for word in _words(Deal.model_json_schema()) if not word.isdecimal()}
    assert len(words) > 100
    assert sorted(word for word in words if not re.search(rf"\b{re.escape(word)}\b", text)) == []


def test_what_the_template_offers_in_comments_is_right_too() -> None:
    """Each `# key = value` of a deal or a note, put in the place of what stands there."""
    text = (ROOT / "stress/templates/deal.toml").read_text(encoding="utf-8")
    offers = [tomli.loads(line[2:]) for line in text.splitlines() if re.match(r"# [a-z_]+ = ", line)]
    assert len(offers) >= 11
    for offer in offers:
        document = template()
        (key,) = offer
        if key == "indices":
            document["notes"][0].update(index="euribor_1m", floor=0.0, cap=0.06)
        place = (
            document["notes"][-1 if key == "discount_rate" else 0]
            if key in Note.model_fields and key != "name"
            else document
        )
        place.update(offer)
        if offer.get("step_up", {}).get("trigger"):
            document["triggers"][1]["effect"] = "none"
        read(document)


def _words(schema: Any) -> Iterator[str]:
    """Keys of tables and words of enumerations in a JSON schema."""
    if isinstance(schema, list):
        for part in schema:
            yield from _words(part)
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (str(word) for word in schema.get("enum", ()))
        for part in schema.values():
            yield from _words(part)


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_deal_is_refused(name: str) -> None:
    change, said = CASES[name]
    document = template()
    change(document)
    with pytest.raises(ValidationError, match=said):
        read(document)


def test_phases_follow_from_the_calendar_and_the_triggers() -> None:
    deal = read(template())
    assert phases(deal) == ("revolving", "amortization", "acceleration", "event_of_default")
    assert steps_of(deal, "acceleration") == steps_of(deal, "amortization")


def test_a_static_deal_without_triggers_only_amortizes() -> None:
    document = template()
    document.update(revolving_months=0, purchase="none", triggers=[])
    del document["priority"]["revolving"]
    assert phases(read(document)) == ("amortization",)


def test_a_phase_no_trigger_leads_to_is_not_asked_for_money() -> None:
    document = template()
    document["triggers"] = document["triggers"][:2]
    document["priority"]["event_of_default"] = document["priority"]["event_of_default"][:1]
    assert "event_of_default" not in phases(read(document))
