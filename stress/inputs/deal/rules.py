"""What makes a deal a deal: names that exist, an order of dates, notes that fit. Each rule is one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stress.inputs.deal.dates import check_dates
from stress.inputs.deal.flows import check_flows
from stress.inputs.deal.formula_rules import check_formulas
from stress.inputs.deal.reading import located, notes_of, phases, receiver_of, sources_of, steps_of, written_down
from stress.inputs.deal.steps import AnyStep, PayPrincipal, Reserve, WriteDown, WriteUp
from stress.inputs.deal.terms import Note, Terms
from stress.inputs.deal.triggers import check_conditions, check_given, check_triggers
from stress.inputs.deal.trust_rules import check_principal_accounts, check_trust
from stress.spelling import exists

SMALLEST = 1e-9
"""Share of the cut-off balance below which a note is nothing: amounts are conserved to this."""


def check_deal(deal: Terms) -> None:
    """Raise ValueError with a sentence where the deal contradicts itself or is silent about money."""
    for rule in _RULES:
        rule(deal)


def _unique(deal: Terms) -> None:
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("notes", [note.name for note in deal.notes]),
        ("fees", [fee.name for fee in deal.fees]),
        ("accounts", deal.accounts),
        ("triggers", [trigger.name for trigger in deal.triggers]),
        ("parties", deal.parties),
    )
    for key, names in lists:
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{key}: {name!r} is named {names.count(name)} times: names must differ")
    for name in ("income", "principal"):
        if name in deal.accounts:
            raise ValueError(f"accounts: {name!r} always exists; name only further accounts")


def _parties_used(deal: Terms) -> None:
    for party in deal.parties:
        if not any(getattr(step, "party", None) == party for _, step in located(deal)):
            raise ValueError(f"parties: no step pays {party!r} or receives from it; leave it out")


def _notes(deal: Terms) -> None:
    for note in deal.notes[:-1]:
        if note.residual:
            raise ValueError(f"note {note.name}: only the last note may be residual; the last is {deal.notes[-1].name}")
    if deal.notes[0].residual:
        raise ValueError(f"note {deal.notes[0].name}: a deal needs a note that is not residual")
    for note in deal.notes:
        if (note.share == 0.0 or note.amount == 0.0) and not note.residual:
            raise ValueError(
                f"note {note.name}: its size is 0; leave the note out (only a residual note may have none)"
            )
        if note.share is not None and 0.0 < note.share < SMALLEST:
            raise ValueError(f"note {note.name}: share = {note.share:g}: its size is nearly 0; leave the note out")
        if note.coupon < 0.0 and note.index is None:
            raise ValueError(f"note {note.name}: coupon = {note.coupon:g}: a fixed coupon must not be negative")
        if note.index is not None:
            exists(f"note {note.name}: index", note.index, deal.indices)
        elif note.cap is not None or note.floor is not None:
            raise ValueError(f"note {note.name}: cap and floor need an index; a fixed coupon has neither")
        if note.step_up is not None:
            _step_up(deal, note)
        if note.cap is not None and note.floor is not None and note.cap < note.floor:
            raise ValueError(f"note {note.name}: cap = {note.cap:g} lies below floor = {note.floor:g}")
    total = sum(note.share for note in deal.notes if note.share is not None)
    if total > 1.0 + 1e-9:
        raise ValueError(f"notes: shares of the cut-off balance sum to {total:.10g}: at most 1")


def _step_up(deal: Terms, note: Note) -> None:
    assert note.step_up is not None
    where, start = f"note {note.name}: step_up", note.step_up.from_month
    if note.step_up.trigger is not None:
        exists(f"{where}.trigger", note.step_up.trigger, [trigger.name for trigger in deal.triggers])
    elif start is not None and start > deal.legal_maturity_months:
        raise ValueError(
            f"{where}: from_month = {start} lies after legal maturity in month {deal.legal_maturity_months}"
        )
    if note.step_up.add == 0.0:
        raise ValueError(f"{where}: adds 0; leave it out")


def _fees(deal: Terms) -> None:
    for fee in deal.fees:
        by_amount = {"fixed": "a fixed fee", "formula": "a fee by a formula"}.get(fee.base)
        if by_amount is not None and fee.rate != 0.0:
            raise ValueError(f"fee {fee.name}: {by_amount} has an amount, not a rate")
        if by_amount is None and fee.amount != 0.0:
            raise ValueError(f"fee {fee.name}: a fee on {fee.base} has a rate, not an amount")
        if not fee.model_fields_set & {"rate", "amount"}:
            key = "rate" if by_amount is None else "amount"
            raise ValueError(f"fee {fee.name}: {key} is missing: a fee must say what it costs")
        if isinstance(fee.amount, str) != (fee.base == "formula"):
            asked = 'a number; it is a formula where base = "formula"' if fee.base == "fixed" else "a formula"
            raise ValueError(f'fee {fee.name}: amount = {fee.amount!r}: base = "{fee.base}" asks for {asked}')
        if fee.rate < 0.0:
            raise ValueError(f"fee {fee.name}: rate = {fee.rate:g}: must not be negative")


def _accounts(deal: Terms) -> None:
    for name in deal.opening_cash:
        exists("opening_cash", name, deal.accounts)
    factor = deal.clean_up.pool_factor if deal.clean_up is not None else None
    if deal.clean_up is not None and (factor is None) == (deal.clean_up.when is None):
        raise ValueError("clean_up: give pool_factor or when, one of them")
    if factor is not None and not 0.0 < factor < 1.0:
        raise ValueError(f"clean_up.pool_factor = {factor:g}: must be above 0 and below 1")


def _phases(deal: Terms) -> None:
    given = set(deal.priority)
    if "amortization" not in given:
        raise ValueError("priority.amortization is missing: every deal repays its notes")
    if deal.revolving_months > 0 and "revolving" not in given:
        raise ValueError(f"priority.revolving is missing: the deal revolves for {deal.revolving_months} months")
    if deal.revolving_months == 0 and "revolving" in given:
        raise ValueError("priority.revolving never runs: revolving_months is 0")
    for phase, steps in deal.priority.items():
        if not steps:
            raise ValueError(f"priority.{phase} has no steps")
    for note in deal.notes:
        for phase in note.payment_months:
            if phase not in phases(deal):
                raise ValueError(f"note {note.name}: payment_months.{phase}: the deal is never in this phase")


def _steps(deal: Terms) -> None:
    known = ("income", "principal", *deal.accounts)
    notes = [note.name for note in deal.notes]
    for where, step in located(deal):
        for source in step.source:
            exists(f"{where}: source", source, known)
            if step.source.count(source) > 1:
                raise ValueError(f"{where}: source names {source!r} twice")
        if step.step == "pay_fee":
            exists(f"{where}: fee", step.fee, [fee.name for fee in deal.fees])
        elif step.step in ("write_down", "write_up"):
            _written(deal, where, step, notes)
        elif step.step in ("pay_interest", "pay_residual", "pay_principal"):
            paid = notes_of(step)
            for name in paid:
                exists(f"{where}: note{'s' if len(paid) > 1 else ''}", name, notes)
                _residual(deal, where, step.step, name)
                if paid.count(name) > 1:
                    raise ValueError(f"{where}: notes names {name!r} twice")
            if step.step == "pay_principal":
                _schedule(where, step)
        else:
            _account_step(deal, where, step, known, notes)
            _party(deal, where, step)


def _written(deal: Terms, where: str, step: WriteDown | WriteUp, notes: Sequence[str]) -> None:
    """Notes that are there, in the order in which they lose; up again, only what some step writes down."""
    if step.source:
        raise ValueError(f"{where}: no cash moves; leave source out")
    if step.step == "write_up" and step.corrects and step.amount is None:
        raise ValueError(f"{where}: corrects = true takes back what its amount says; give it")
    written = notes_of(step)
    for name in written:
        exists(f"{where}: note{'s' if len(written) > 1 else ''}", name, notes)
        if written.count(name) > 1:
            raise ValueError(f"{where}: notes names {name!r} twice")
    for name in written:
        if name not in written_down(deal):
            raise ValueError(f"{where}: no step writes {name!r} down; there is nothing to write up")


def _schedule(where: str, step: PayPrincipal) -> None:
    if step.order == "pro_rata" and not all(isinstance(part, str) for part in step.notes):
        raise ValueError(
            f'{where}: order = "pro_rata" pays all notes pari passu: name them in one list, or leave order out so that '
            "only those of the inner lists share"
        )
    if step.until is not None and step.to_balance:
        raise ValueError(f"{where}: give until or to_balance, at most one of them")
    if any(a[0] >= b[0] for a, b in zip(step.to_balance, step.to_balance[1:], strict=False)):
        raise ValueError(f"{where}: months of to_balance must increase")


def _party(deal: Terms, where: str, step: AnyStep) -> None:
    if step.step in ("receive", "pay_party"):
        exists(f"{where}: party", step.party, deal.parties)
    if step.step == "receive" and step.source:
        raise ValueError(f"{where}: cash comes from the party; leave source out")


def _account_step(deal: Terms, where: str, step: AnyStep, known: Sequence[str], notes: Sequence[str]) -> None:
    if step.step == "transfer" and step.amount is not None and step.share is not None:
        raise ValueError(f"{where}: give amount or share, at most one of them")
    if step.step == "transfer" and step.share == 0.0:
        raise ValueError(f"{where}: moves nothing; leave the step out")
    if step.step == "cover_defaults":
        if step.note is not None:
            exists(f"{where}: note", step.note, notes)
        if "principal" in step.source:
            raise ValueError(f"{where}: principal cannot cover its own deficiency; source must be other accounts")
    elif step.step in ("top_up", "release"):
        if step.account in ("income", "principal"):
            raise ValueError(f"{where}: account must be one named in `accounts`, not {step.account}")
        exists(f"{where}: account", step.account, deal.accounts)
        if step.step == "release" and step.source != ("income",):
            raise ValueError(f"{where}: a release takes from its account; leave source out")
        parts = step.target.model_dump() if isinstance(step.target, Reserve) else {"formula": 1.0}
        if step.step == "top_up" and not any(value > 0.0 for value in parts.values()):
            raise ValueError(f"{where}: the target of {step.account!r} is 0, so nothing is ever put in")
    to = receiver_of(step)
    if to is not None:
        exists(f"{where}: to", to, known)
        if to in sources_of(step):
            raise ValueError(f"{where}: {to!r} pays into itself")


def _residual(deal: Terms, where: str, step: str, name: str) -> None:
    residual = next(note.residual for note in deal.notes if note.name == name)
    if step == "pay_residual" and not residual:
        raise ValueError(f"{where}: note {name!r} is not residual; use pay_interest and pay_principal")
    if step != "pay_residual" and residual:
        raise ValueError(f"{where}: note {name!r} is residual; it is paid by pay_residual alone")


def _purchases(deal: Terms) -> None:
    if deal.revolving_months > 0 and deal.purchase == "none":
        raise ValueError(
            f'purchase = "none": a deal that revolves for {deal.revolving_months} months must buy, at "each_step" or '
            'at "payment_date"'
        )
    if deal.revolving_months == 0 and deal.purchase != "none":
        raise ValueError(f'purchase = "{deal.purchase}": a deal that does not revolve needs purchase = "none"')
    for phase, steps in deal.priority.items():
        if phase != "revolving" and deal.trust is None and any(step.step == "purchase" for step in steps):
            raise ValueError(f"priority.{phase}: receivables are bought only in the revolving phase")
    buys = any(step.step == "purchase" and "principal" in step.source for step in steps_of(deal, "revolving"))
    if deal.purchase == "payment_date" and not buys:
        raise ValueError(
            'purchase = "payment_date": priority.revolving needs a purchase step with principal among its sources'
        )


_RULES: tuple[Callable[[Terms], None], ...] = (
    _unique,
    _parties_used,
    check_dates,
    _notes,
    _fees,
    _accounts,
    _phases,
    _steps,
    _purchases,
    check_principal_accounts,
    check_trust,
    check_given,
    check_formulas,
    check_conditions,
    check_triggers,
    check_flows,
)
