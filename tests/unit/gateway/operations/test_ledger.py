"""The tables of the daily ledger: what is written stands whole, and nobody writes over what others derived."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import Conflict
from gateway.operations import Operations
from gateway.operations.ledger.rows import Derivation, LedgerBlock, LedgerDay, LedgerNotice, LedgerState
from gateway.touched import Touched, TouchedSince
from tests.unit.gateway.operations.rows import NOW

FIRST = date(2026, 3, 1)
DAY_MS = 86_400_000


def day(number: int, amount: int = 1, *, meter: str = "strom") -> LedgerDay:
    return LedgerDay(meter, FIRST + timedelta(days=number), DAY_MS, f"{amount}*1", f"1={DAY_MS}", 0, 0)


def derivation(days: Sequence[LedgerDay] = (), *, version: int = 0, at: datetime = NOW, **more: object) -> Derivation:
    state = LedgerState("strom", version, FIRST + timedelta(days=len(days)), FIRST, 7, at, "digest")
    dropped = () if version == 0 else tuple(one.day for one in days)
    return replace(Derivation(state, days=days, dropped_days=dropped), **more)  # type: ignore[arg-type]


def test_a_meter_that_was_never_derived_has_a_state_without_anything(operations: Operations) -> None:
    assert operations.ledger.states(["strom"]) == {"strom": LedgerState("strom")}
    assert operations.ledger.days("strom") == []


def test_what_is_written_is_read_as_it_was(operations: Operations) -> None:
    days = [day(0), day(1, 12_345_678_901_234)]
    notice = LedgerNotice("strom:gap:5", "strom", "gap", 5, "3 Stunden ohne Ablesung", "noticed")
    block = LedgerBlock("strom", FIRST, -(2**62), 2**62)
    assert operations.ledger.write([derivation(days, notices=[notice], blocks=[block])]) == frozenset()
    state = operations.ledger.states(["strom"])["strom"]
    assert (state.version, state.derived_to, state.derived_at) == (1, date(2026, 3, 3), NOW)
    assert operations.ledger.days("strom") == days
    assert operations.ledger.days("strom", date(2026, 3, 2), date(2026, 3, 3)) == days[1:]
    assert operations.ledger.days_since(["strom", "gas"], FIRST) == {"strom": days}
    assert operations.ledger.notices("strom", 5, 6) == [notice]
    assert operations.ledger.notices("strom", 6, 9) == []
    assert operations.ledger.blocks_since(["strom"], FIRST) == {"strom": [block]}


def test_only_the_days_that_are_named_are_replaced(operations: Operations) -> None:
    operations.ledger.write([derivation([day(0), day(1), day(2)])])
    operations.ledger.write([derivation([day(1, 99)], version=1)])
    assert operations.ledger.days("strom") == [day(0), day(1, 99), day(2)]


def test_a_day_of_which_nothing_is_known_any_more_goes(operations: Operations) -> None:
    operations.ledger.write([derivation([day(0), day(1)])])
    operations.ledger.write([derivation(version=1, dropped_days=[day(0).day])])
    assert operations.ledger.days("strom") == [day(1)]


def test_what_somebody_else_derived_meanwhile_is_not_written_over(operations: Operations) -> None:
    operations.ledger.write([derivation([day(0)])])
    operations.ledger.write([derivation([day(0, 2)], version=1)])
    late = derivation([day(0, 3)], version=1)
    other = Derivation(LedgerState("gas", 0, FIRST, FIRST, 1, NOW, ""), days=[day(0, meter="gas")])
    assert operations.ledger.write([late, other]) == {"strom"}
    assert operations.ledger.days("strom") == [day(0, 2)]
    assert operations.ledger.days("gas") == [day(0, meter="gas")]


def test_two_processes_that_derive_at_once_are_harmless(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.sqlite"
    one, other = Operations(url), Operations(url)
    one.upgrade()
    assert one.ledger.write([derivation([day(0)])]) == frozenset()
    assert other.ledger.write([derivation([day(0)])]) == {"strom"}
    assert other.ledger.days("strom") == [day(0)]
    one.close()
    other.close()


def test_changes_wait_until_they_were_judged(operations: Operations) -> None:
    operations.ledger.write([derivation([day(0)], changed=[(FIRST, FIRST + timedelta(days=3))])])
    (change,) = operations.ledger.not_judged()
    assert (change.meter, change.first, change.last, change.at) == ("strom", FIRST, date(2026, 3, 4), NOW)
    with operations.begin() as connection:
        operations.ledger.mark_judged(connection, [change.id], NOW)
    assert operations.ledger.not_judged() == []


def test_the_first_change_after_an_instant_is_found_by_meter_and_days(operations: Operations) -> None:
    changed = [(date(2025, 12, 30), date(2026, 1, 2))]
    operations.ledger.write([derivation(changed=changed)])
    operations.ledger.write([derivation(version=1, changed=changed, at=NOW + timedelta(days=1))])
    ledger, year = operations.ledger, (date(2025, 1, 1), date(2026, 1, 1))
    before = NOW - timedelta(days=1)
    assert ledger.first_change(["gas", "strom"], *year, after=before) == NOW
    assert ledger.first_change(["strom"], *year, after=NOW) == NOW + timedelta(days=1)
    assert ledger.first_change(["strom"], *year, after=NOW + timedelta(days=1)) is None
    assert ledger.first_change(["gas"], *year, after=before) is None
    assert ledger.first_change(["strom"], date(2024, 1, 1), date(2025, 1, 1), after=before) is None


def test_late_spans_wait_until_their_meter_was_derived_with_them(operations: Operations) -> None:
    spans = operations.ledger.late
    assert spans.cursor() == 0
    spans.take(TouchedSince([Touched("strom", 100, 200, 1), Touched("gas", 150, 200, 2)], 2))
    assert (spans.cursor(), spans.of(["strom"])) == (2, {"strom": [Touched("strom", 100, 200, 1)]})
    spans.take(TouchedSince([Touched("strom", 150, 200, 3)], 3))
    assert spans.of(["strom"]) == {"strom": [Touched("strom", 100, 200, 3)]}
    operations.ledger.write([derivation(arrival=1)])
    assert spans.of(["strom"]) == {"strom": [Touched("strom", 100, 200, 3)]}  # it was told again meanwhile
    operations.ledger.write([derivation(version=1, arrival=3)])
    assert spans.of(["strom", "gas"]) == {"gas": [Touched("gas", 150, 200, 2)]}


def test_a_first_derivation_that_another_process_overtakes_is_a_conflict(
    operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations.ledger.write([derivation([day(0)])])
    monkeypatch.setattr(
        "gateway.operations.ledger.ledger._unchanged", lambda _connection, derivations: list(derivations)
    )
    with pytest.raises(Conflict):
        operations.ledger.write([derivation([day(0, 2)])])
    assert operations.ledger.days("strom") == [day(0)]
