"""What messages say besides readings: who is away, what has to be published, what is counted."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_OUTGOING = 1000


@dataclass(slots=True)
class Aside:
    """One for each broker, shared by its routes and its listener, and used in the listener's thread alone.

    `away` maps meters to the instant since which they are known to be away [ms since 1970 UTC].
    """

    counts: Counter[str] = field(default_factory=Counter)
    away: dict[str, int] = field(default_factory=dict)
    outgoing: deque[tuple[str, bytes]] = field(default_factory=lambda: deque(maxlen=MOST_OUTGOING))

    def leaves(self, meters: Sequence[str], now_ms: int) -> None:
        """Note that meters have gone; those that were away stay so since then."""
        self.away = dict.fromkeys(meters, now_ms) | self.away

    def returns(self, meters: Sequence[str]) -> None:
        """Note that meters are there again."""
        if self.away:
            self.away = {meter: since for meter, since in self.away.items() if meter not in meters}
