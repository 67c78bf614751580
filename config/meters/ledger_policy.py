"""How a meter's ledger treats silence: what is a gap, what is short, and what may stand in its place."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum


class Spreading(StrEnum):
    """How a sum that is known is spread over a gap that is not short."""

    LINEAR = "linear"
    PROFILE = "profile"  # as on comparable days of the three weeks before
    MODEL = "model"  # as the weather makes expect; comparable days where no weather is known


class Filling(StrEnum):
    """What stands where no sum is known."""

    NONE = "none"
    PROFILE = "profile"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class LedgerPolicy:
    """The rules of one meter's ledger; None: derived from the meter, see `analysis.ledger.rules`.

    `gap_after`: a longer silence is a gap. `short_gap`: a gap up to here is bridged in a straight line.
    `stuck_after`: a counter that shows the same for longer does not count any more. `decimals`: to which amounts are
    rounded where they are given out; None: not at all. Sums are formed before. `tolerance_percent` of what a main
    meter counts: by so much its sub-meters may differ from it.
    """

    gap_after: timedelta | None = None
    short_gap: timedelta | None = None
    spread: Spreading = Spreading.PROFILE
    fill: Filling = Filling.NONE
    stuck_after: timedelta | None = None
    decimals: int | None = None
    tolerance_percent: Decimal = Decimal(5)


DEFAULT_POLICY = LedgerPolicy()
