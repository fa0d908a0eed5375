"""Priority of payments -> rows of steps: what each does, from which account, under which conditions."""

from __future__ import annotations

import numpy as np

from stress.assemble.formulas import Programs
from stress.inputs.deal import (
    AnyStep,
    Condition,
    CoverDefaults,
    Deal,
    PayFee,
    PayInterest,
    PayParty,
    PayPrincipal,
    PayResidual,
    Purchase,
    Receive,
    Release,
    Reserve,
    TopUp,
    Transfer,
    WriteDown,
    WriteUp,
)
from stress.inputs.deal.reading import groups_of, notes_of, sources_of
from stress.kernels import codes
from stress.kernels.tables import STEP, STEP_VALUE


def account_names(deal: Deal) -> list[str]:
    """Accounts in the order of the kernel: income, principal, then the named ones."""
    return ["income", "principal", *deal.accounts]


def principal_names(deal: Deal) -> tuple[str, ...]:
    """Accounts whose cash is principal."""
    return ("principal", *deal.principal_accounts)


def phase_steps(deal: Deal, phase: str) -> tuple[AnyStep, ...]:
    """Steps of a phase; acceleration and event of default follow amortization where the deal leaves them out."""
    if phase in deal.priority:
        return deal.priority[phase]
    return () if phase == "revolving" else deal.priority["amortization"]


def step_labels(deal: Deal) -> tuple[list[str], list[int]]:
    """A name for each step of the priority of payments, and the step of each compiled row (one row per source)."""
    labels: list[str] = []
    step_of_row: list[int] = []
    for phase in codes.PHASES:
        for step in deal.priority.get(phase, ()):  # type: ignore[call-overload]
            payee = (
                getattr(step, "note", None)
                or getattr(step, "fee", None)
                or getattr(step, "account", None)
                or getattr(step, "party", None)
                or ""
            )
            payee = payee or getattr(step, "to", "") or "+".join(notes_of(step))
            label = f"{phase} {len(labels) + 1}: {step.step} {payee}".rstrip()
            step_of_row += [len(labels)] * len(_rows_of(step))
            labels.append(label)
    return labels, step_of_row


def n_row(deal: Deal) -> int:
    """Compiled rows of all phases: a step has one for each of its sources."""
    return sum(len(_rows_of(step)) for steps in deal.priority.values() for step in steps)


def _rows_of(step: AnyStep) -> tuple[str, ...]:
    """The account of each row that a step takes: of each source, or the one that receives; any, where no cash moves."""
    if isinstance(step, WriteDown | WriteUp):
        return ("principal",)
    return (step.to,) if isinstance(step, Receive) else sources_of(step)


def _group_sizes(step: AnyStep) -> list[int]:
    """How many notes each group of a step has, where the kernel goes by groups."""
    sizes = [len(group) for group in groups_of(step)]
    in_order = isinstance(step, PayPrincipal) and step.order == "sequential" and max(sizes) > 1
    return sizes if in_order or isinstance(step, WriteDown | WriteUp) else []


class Steps:
    """Steps of all phases laid out one after another; a step with several sources becomes one row per source."""

    def __init__(self, deal: Deal, cut_off: float, n_month: int, programs: Programs) -> None:
        self.deal, self.cut_off, self.n_month, self.programs = deal, cut_off, n_month, programs
        self.accounts = account_names(deal)
        self.notes = [n.name for n in deal.notes]
        self.fees = [f.name for f in deal.fees]
        self.rows: list[list[int]] = []
        self.values: list[list[float]] = []
        self.targets: list[np.ndarray] = []
        self.members: list[int] = []
        self.tests: list[tuple[int, int]] = []
        self.limits: list[float] = []
        span: dict[str, list[int]] = {}
        for phase in codes.PHASES:
            first = len(self.rows)
            for step in deal.priority.get(phase, ()):  # type: ignore[call-overload]
                self._add(step)
            span[phase] = [first, len(self.rows)]
        self.phase = [
            span[phase] if phase in deal.priority or phase == "revolving" else span["amortization"]
            for phase in codes.PHASES
        ]

    def in_full(self) -> list[int]:
        """Rows of each run of fees and interest that may be paid at one go, where it begins (`Contract.in_full`)."""
        lengths = [0] * len(self.rows)
        for first, end in {tuple(span) for span in self.phase}:
            at = first
            while at < end:
                run, paid = at, set[tuple[int, int]]()
                while run < end and self._in_run(run, self.rows[at][2]) and tuple(self.rows[run][:2]) not in paid:
                    paid.add((self.rows[run][0], self.rows[run][1]))
                    run += self.rows[run][7]
                lengths[at] = run - at
                at = max(run, at + 1)
        return lengths

    def _in_run(self, at: int, source: int) -> bool:
        kind, _, account, _, test, *_ = self.rows[at]
        due = kind in (codes.PAY_FEE, codes.PAY_INTEREST)
        free = test < 0 and self.values[at][0] >= codes.NO_LIMIT and self.rows[at][STEP.index("cap")] < 0
        lends = self.accounts[source] in principal_names(self.deal)
        return due and free and account == source and not lends

    def _add(self, step: AnyStep) -> None:
        kind, index, to, members = self._kind(step)
        value = dict.fromkeys(STEP_VALUE, 0.0) | {"limit": codes.NO_LIMIT}
        target, (cap, formula) = np.zeros(self.n_month), self._formulas(step)
        if isinstance(step, PayFee) and isinstance(step.cap, float):
            value["limit"] = step.cap
        elif isinstance(step, Transfer | WriteDown | WriteUp):
            value["limit"] = step.amount if isinstance(step.amount, float) else codes.NO_LIMIT
            value["share_moved"] = 1.0 if not isinstance(step, Transfer) or step.share is None else step.share
        elif isinstance(step, TopUp | Release) and isinstance(step.target, Reserve):
            target[:] = self._reserve(step.target, value)
        elif isinstance(step, PayPrincipal):
            for month, balance in step.to_balance:
                target[month - 1 :] = balance
        test = len(self.tests) if step.when else -1
        for condition in step.when:
            self._test(condition)
        first = len(self.members)
        self.members += [*members, *_group_sizes(step)]
        for before, source in enumerate(_rows_of(step)):
            row = [
                kind,
                index,
                self.accounts.index(source),
                to,
                test,
                len(step.when),
                first,
                len(members),
                cap,
                formula,
            ]
            if kind in (codes.PAY_FEE, codes.PAY_INTEREST):
                row[7] = len(step.source)
            elif isinstance(step, TopUp | Release | Transfer | PayPrincipal | PayParty):
                row[1] = before
            self.rows.append(row)
            self.values.append(list(value.values()))
            self.targets.append(target)

    def _formulas(self, step: AnyStep) -> tuple[int, int]:
        """Programs of a step's cap and target; -1 where it has none."""
        cap = step.cap if isinstance(step, PayFee) else None
        cap = step.amount if isinstance(step, Transfer | WriteDown | WriteUp) else cap
        cap = str(step.amount) if isinstance(step, Receive | PayParty) else cap
        target = step.target if isinstance(step, TopUp | Release) else None
        target = step.until if isinstance(step, PayPrincipal) else target
        cap_of, target_of = (self.programs.add(x, True) if isinstance(x, str) else -1 for x in (cap, target))
        return cap_of, target_of

    def _test(self, condition: Condition | str) -> None:
        """A condition of a step: what is looked at, on which side, against which limit."""
        if isinstance(condition, str):
            self.tests.append((codes.FORMULA_TEST, self.programs.add(condition, False)))
            self.limits.append(0.0)
        elif condition.trigger is not None:
            names = [trigger.name for trigger in self.deal.triggers]
            self.tests.append((codes.TRIGGER_TEST + names.index(condition.trigger), int(condition.tripped)))
            self.limits.append(0.0)
        else:
            self.tests.append((codes.OBSERVABLES.index(str(condition.observable)), int(condition.above is not None)))
            self.limits.append(condition.above if condition.above is not None else condition.below or 0.0)

    def _kind(self, step: AnyStep) -> tuple[int, int, int, list[int]]:
        """Kernel code, note or fee index, destination account, notes of a principal step."""
        match step:
            case PayFee():
                return codes.PAY_FEE, self.fees.index(step.fee), -1, []
            case PayInterest():
                paid = [self.notes.index(n) for n in notes_of(step)]
                return (
                    (codes.PAY_INTEREST, paid[0], -1, [])
                    if len(paid) == 1
                    else (codes.PAY_INTEREST_TOGETHER, -1, -1, paid)
                )
            case CoverDefaults():
                index = -1 if step.note is None else self.notes.index(step.note)
                return codes.COVER_DEFAULTS, index, codes.PRINCIPAL, []
            case TopUp():
                return codes.TOP_UP, -1, self.accounts.index(step.account), []
            case Release():
                return codes.RELEASE, -1, self.accounts.index(step.to), []
            case Transfer():
                return codes.TRANSFER, -1, self.accounts.index(step.to), []
            case Purchase():
                return codes.PURCHASE, -1, -1, []
            case PayPrincipal():
                code = codes.PAY_GROUPS if _group_sizes(step) else codes.PAY_PRINCIPAL
                code = codes.PAY_PRO_RATA if step.order == "pro_rata" else code
                return code, -1, -1, [self.notes.index(n) for n in notes_of(step)]
            case Receive():
                return codes.RECEIVE, self.deal.parties.index(step.party), self.accounts.index(step.to), []
            case PayParty():
                return codes.PAY_PARTY, -1, self.deal.parties.index(step.party), []
            case WriteDown() | WriteUp():
                code = codes.WRITE_DOWN if isinstance(step, WriteDown) else codes.WRITE_UP
                corrects = isinstance(step, WriteUp) and step.corrects
                return code, int(corrects), -1, [self.notes.index(n) for n in notes_of(step)]
            case PayResidual():
                return codes.PAY_RESIDUAL, self.notes.index(step.note), -1, []

    def _reserve(self, target: Reserve, value: dict[str, float]) -> float:
        value["share_of_pool"], value["share_of_notes"] = target.share_of_pool, target.share_of_notes
        value["months_of_senior_cost"], value["floor"] = target.months_of_senior_cost, target.floor
        return max(target.amount, target.share_of_cut_off * self.cut_off)
