"""The state of a deal on one path, and how cash leaves its accounts."""

from dataclasses import dataclass, field

PHASES = ("revolving", "amortization", "acceleration", "event_of_default")
PAR_USES = ("note_principal", "purchase", "to_principal")
"""Uses of cash that keep the notes covered: principal may be used for them without a deficiency."""


@dataclass
class State:
    """Accounts, notes, fees and the principal deficiency."""

    accounts: tuple[str, ...]
    available: dict[str, float]
    original: list[float]
    balance: list[float]
    unpaid: list[float]
    """Interest that was payable and stays unpaid."""
    accrued: list[float]
    """Interest that accrued and is not payable yet."""
    fee_owed: list[float]
    principal: tuple[str, ...] = ("principal",)
    """Accounts whose cash is principal."""
    collected: dict[str, float] = field(default_factory=lambda: {"income": 0.0, "principal": 0.0})
    deficiency: float = 0.0
    surplus: float = 0.0
    """How far below 0 the deficiency of a deal stands that writes notes down."""
    written: list[float] = field(default_factory=list)
    """What each note has been written down by and not written up."""
    received: dict[str, float] = field(default_factory=dict)
    paid: dict[str, float] = field(default_factory=dict)
    """From each party outside the deal so far, and to it."""
    phase: str = "revolving"
    tripped: list[bool] = field(default_factory=list)
    in_breach: list[int] = field(default_factory=list)
    passed: list[int] = field(default_factory=list)
    """Months in a row in which a trigger's test has passed."""
    lasting: str = "revolving"
    """The phase but for what curable triggers have brought about."""
    idle_days: float = 0.0
    most_idle_days: float = 0.0
    """Of this month."""
    shortfall: list[float] = field(default_factory=list)
    paid_this_year: dict[str, float] = field(default_factory=dict)
    """Of each fee by steps with a cap, in the payments of the year."""
    lent: float = 0.0
    """Principal cash used for anything but note principal, purchases and transfers to principal."""
    applied: float = 0.0
    """Other cash used for note principal, purchases and transfers to principal."""
    par_gained: float = 0.0
    """Principal bought beyond what was paid for it."""
    ledger: list[tuple[str, float, str]] = field(default_factory=list)
    """Account, cash in (out: negative) and use of all cash that the deal moved."""

    def cash(self, sources: tuple[str, ...]) -> float:
        """What some accounts can pay with."""
        return sum(self.available[name] for name in dict.fromkeys(sources))

    def account(self, name: str) -> float:
        """All cash of an account, collected and available."""
        return self.available[name] + self.collected.get(name, 0.0)

    def book_deficiency(self, amount: float) -> None:
        """Raise (or, negative, reduce) the principal deficiency; its floor is what has been written down."""
        ledger = max(-sum(self.written), self.deficiency - self.surplus + amount)
        self.deficiency, self.surplus = max(0.0, ledger), max(0.0, -ledger)

    def take(self, sources: tuple[str, ...], amount: float, use: str) -> float:
        """Take cash from accounts in their order and book what the use does to the deficiency."""
        taken = 0.0
        for name in sources:
            part = min(self.available[name], amount - taken)
            if part <= 0.0:
                continue
            self.available[name] -= part
            taken += part
            self.ledger.append((name, -part, use))
            if name in self.principal and use not in PAR_USES:
                self.lent += part
                self.book_deficiency(part)
            elif name not in self.principal and use in PAR_USES:
                self.applied += part
                if use != "purchase":  # a purchase is booked with its discount or premium
                    self.book_deficiency(-part)
        return taken

    def put(self, name: str, amount: float, use: str) -> None:
        """Put cash taken elsewhere into an account."""
        self.available[name] += amount
        self.ledger.append((name, amount, use))


def opening_state(deal, pool) -> State:
    """The deal at closing."""
    accounts = ("income", "principal", *deal.accounts)
    original = [n.amount if n.amount is not None else n.share * pool.balance for n in deal.notes]
    count = len(deal.notes)
    return State(
        accounts=accounts,
        available={name: deal.opening_cash.get(name, 0.0) for name in accounts},
        original=original,
        balance=list(original),
        unpaid=[0.0] * count,
        accrued=[0.0] * count,
        fee_owed=[0.0] * len(deal.fees),
        principal=("principal", *deal.principal_accounts),
        tripped=[False] * len(deal.triggers),
        in_breach=[0] * len(deal.triggers),
        passed=[0] * len(deal.triggers),
        received=dict.fromkeys(deal.parties, 0.0),
        paid=dict.fromkeys(deal.parties, 0.0),
        paid_this_year={fee.name: 0.0 for fee in deal.fees},
        shortfall=[0.0] * count,
        written=[0.0] * count,
    )
