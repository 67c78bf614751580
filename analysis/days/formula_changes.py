"""When the formula of a virtual meter is declared otherwise: which of its days are worked out of other parts.

Its amounts stand in no table, they always come from its parts; what was judged or reported by them has to be told.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Final

from analysis.books import Books
from analysis.calendar_cuts import local_day
from analysis.ledger.conversion import midnight_ms
from analysis.virtual.formula_parts import parts_of
from analysis.virtual.virtual_meters import stretches_of
from config.errors import Conflict
from config.meters.meter import Meter
from gateway.operations.ledger.ledger import Ledger
from gateway.operations.ledger.rows import Derivation, LedgerBlock, LedgerState
from gateway.reading import milliseconds

_DAY: Final = timedelta(days=1)
_EARLIEST_MS: Final = milliseconds(datetime.fromisoformat("1700-01-01T00:00+00:00"))


def keep_formulas(books: Books, ledger: Ledger, meters: Iterable[Meter], *, now: datetime) -> None:
    """Keep what virtual meters are the sum of, and note as changed the days on which it is another than before."""
    virtual = [meter for meter in meters if meter.is_virtual]
    if not virtual:
        return
    states = ledger.states([meter.id for meter in virtual])
    formulas = _Formulas(books, ledger, now)
    with suppress(Conflict):  # another process keeps the same
        ledger.write([one for meter in virtual for one in formulas.due(meter, states[meter.id])])


@dataclass(frozen=True, slots=True)
class _Formulas:
    """What virtual meters are made of as of `now`, beside what is kept of it."""

    books: Books
    ledger: Ledger
    now: datetime

    def due(self, meter: Meter, state: LedgerState) -> Iterator[Derivation]:
        """Yield what has to be kept of a meter; nothing where it is made of the same as before."""
        made_of = self._made_of(meter)
        digest = _digest(made_of)
        if state.digest == digest:
            return
        before = self.ledger.blocks_since([meter.id], date.min).get(meter.id, ())
        yield Derivation(
            state=LedgerState(meter.id, state.version, derived_at=self.now, digest=digest),
            dropped_blocks=[row.first for row in before],
            blocks=made_of,
            changed=[] if state.derived_at is None else list(self._changed(meter, before, made_of)),
        )

    def _made_of(self, meter: Meter) -> list[LedgerBlock]:
        """Return the stretches of a virtual meter as rows; time for which no formula holds has none."""
        rows = []
        for one in stretches_of(self.books.portfolio, meter, self.books.zone):
            terms = _digest([(str(share), part.id) for share, part in one.terms])
            rows.append(LedgerBlock(meter.id, self._day(one.from_ms), one.from_ms, one.to_ms, terms))
        return rows

    def _changed(
        self, meter: Meter, before: Sequence[LedgerBlock], after: Sequence[LedgerBlock]
    ) -> Iterator[tuple[date, date]]:
        """Return the spans of days on which other parts count than before, as far back as the parts are known."""
        zone, end = self.books.zone, self.now.astimezone(self.books.zone).date()
        known = self.ledger.blocks_since(parts_of(self.books.portfolio.meters, meter), date.min).values()
        first = min((rows[0].first for rows in known if rows), default=end)
        edges = sorted({midnight_ms(first, zone), midnight_ms(end, zone), *_edges(before), *_edges(after)})
        for start_ms, end_ms in pairwise(edges):
            since, until = max(first, self._day(start_ms)), min(end, self._day(end_ms))
            if since < until and _at(before, start_ms) != _at(after, start_ms):
                yield since, until - _DAY

    def _day(self, instant_ms: int) -> date:
        """The local day of an instant; those before and after everything are the first and the last day."""
        if instant_ms < _EARLIEST_MS:
            return date.min
        return date.max if instant_ms >= -_EARLIEST_MS else local_day(instant_ms, self.books.zone)


def _edges(rows: Sequence[LedgerBlock]) -> Iterator[int]:
    for row in rows:
        yield row.since_ms
        yield row.until_ms


def _at(rows: Sequence[LedgerBlock], instant_ms: int) -> str | None:
    return next((row.digest for row in rows if row.since_ms <= instant_ms < row.until_ms), None)


def _digest(told: object) -> str:
    return sha256(repr(told).encode()).hexdigest()[:32]
