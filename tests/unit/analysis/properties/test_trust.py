"""The trust light: what a figure rests on, and what is still in doubt about it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import pytest

from analysis.books import Books
from analysis.daily_cache import DailyCache
from analysis.figures import MeterEvent
from analysis.meters.open_events import open_events
from analysis.properties.kpis import property_kpis
from analysis.properties.trust import Doubt, TrustLight, Witness, trust_in, trust_of, witnesses_of
from tests.unit.analysis.evidence import books, counter, event, formula, meter, place, utc

HOUR = timedelta(hours=1)
LATER = utc(2025, 6, 1)
NEWEST = utc(2025, 1, 9)


def proposal(kind: str, at: datetime = NEWEST, of: str = "strom") -> MeterEvent:
    return MeterEvent(f"{of}:{kind}", of, kind, at, "", "proposed")


def witness(*events: MeterEvent, newest: Mapping[str, datetime] | None = None) -> Witness:
    known = {"strom": NEWEST} if newest is None else newest
    return Witness(known, lambda name: [one for one in events if one.meter == name])


@pytest.mark.parametrize(
    ("shares", "light", "doubts"),
    [
        ({"measured": 1.0}, TrustLight.GOOD, ()),
        ({"read_by_hand": 0.6, "billed": 0.2, "corrected": 0.16, "substituted": 0.04}, TrustLight.GOOD, ()),
        ({"measured": 0.94, "substituted": 0.06}, TrustLight.LOOK, (Doubt.NOT_MEASURED,)),
        ({"measured": 0.94, "interpolated": 0.06}, TrustLight.LOOK, (Doubt.NOT_MEASURED,)),
        ({"measured": 0.74, "faulty": 0.26}, TrustLight.POOR, (Doubt.NOT_MEASURED,)),
        ({"substituted": 1.0}, TrustLight.POOR, (Doubt.NOT_MEASURED,)),
        ({"missing": 1.0}, TrustLight.UNKNOWN, (Doubt.NOTHING_KNOWN,)),
        ({"faulty": 0.5, "missing": 0.5}, TrustLight.UNKNOWN, (Doubt.NOTHING_KNOWN,)),
        ({}, TrustLight.UNKNOWN, (Doubt.NOTHING_KNOWN,)),
    ],
)
def test_the_light_follows_from_what_was_measured(
    shares: dict[str, float], light: TrustLight, doubts: Sequence[Doubt]
) -> None:
    trust = trust_of(shares, ["strom"], witness())
    assert (trust.light, trust.doubts, trust.shares) == (light, doubts, shares)


def test_less_than_95_percent_measured_says_so_with_the_share() -> None:
    trust = trust_of({"measured": 0.9, "read_by_hand": 0.04, "missing": 0.06}, ["strom"], witness())
    assert (trust.measured, trust.doubts) == (0.94, (Doubt.NOT_MEASURED,))


@pytest.mark.parametrize(
    ("kind", "doubt"),
    [("exchange_suspected", Doubt.BLOCKING_EVENTS), ("clock_shift", Doubt.OPEN_EVENTS)],
)
def test_what_is_proposed_and_not_decided_takes_a_good_light_away(kind: str, doubt: Doubt) -> None:
    trust = trust_of({"measured": 1.0}, ["strom"], witness(proposal(kind)))
    assert (trust.light, trust.doubts) == (TrustLight.LOOK, (doubt,))


def test_a_meter_that_knows_too_little_takes_a_good_light_away_however_well_the_others_do() -> None:
    trust = trust_of({"measured": 0.97, "missing": 0.03}, ["strom", "mensa"], witness(), incomplete=["mensa"])
    assert (trust.light, trust.doubts) == (TrustLight.LOOK, (Doubt.INCOMPLETE,))


def test_the_newest_reading_is_that_of_the_meters_that_went_in() -> None:
    newest = {"strom": NEWEST, "mensa": NEWEST + HOUR, "halle": NEWEST + 2 * HOUR}
    assert trust_of({}, ["strom", "mensa"], witness(newest=newest)).newest == NEWEST + HOUR
    assert trust_of({}, ["nie"], witness(newest=newest)).newest is None


def exchanged(*rows: object, cache: DailyCache | None = None) -> Books:
    """A meter that fell and stayed low on 3 January, beside one that is whole; both in a virtual meter."""
    both = meter("beide", formula=formula("strom + mensa"))
    there, store = books(place(meter(), meter("mensa"), both), zone="UTC", events=rows, cache=cache)  # type: ignore[arg-type]  # rows of events
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 47, first=9000.0))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 3), HOUR, [1] * 48, first=5.0))
    store.put("mensa", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 96))
    return there


def kinds(there: Books, name: str, start: date, end: date) -> list[tuple[str, str]]:
    found = open_events(there, there.portfolio.meter(name), start, end, now=LATER)
    return [(one.meter, one.kind) for one in found]


def test_an_open_event_is_found_in_its_time_also_through_a_virtual_meter() -> None:
    there = exchanged()
    january = (date(2025, 1, 1), date(2025, 2, 1))
    assert kinds(there, "strom", *january) == kinds(there, "beide", *january) == [("strom", "exchange_suspected")]
    assert kinds(there, "mensa", *january) == []
    assert kinds(there, "strom", date(2025, 1, 4), date(2025, 2, 1)) == []


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_what_a_person_decided_is_open_no_more(state: str) -> None:
    cache = DailyCache(timedelta(minutes=5))
    span = (date(2025, 1, 1), date(2025, 2, 1))
    there = exchanged(cache=cache)
    (before,) = open_events(there, there.portfolio.meter("strom"), *span, now=LATER)
    decided = event(before.kind, before.time, id=before.id, state=state)
    there.operations.events.rows.append(decided)  # type: ignore[attr-defined]  # of the test's own
    assert kinds(there, "strom", *span) == []


def test_a_unit_in_doubt_blocks_everything_after_it() -> None:
    doubt = event("unit_change_suspected", utc(2024, 11, 1), state="proposed")
    there = exchanged(doubt)
    assert kinds(there, "strom", date(2025, 1, 1), date(2025, 2, 1))[-1] == ("strom", "unit_change_suspected")
    assert kinds(there, "strom", date(2024, 1, 1), date(2024, 11, 1)) == []


def test_a_key_figure_knows_its_meters_and_their_open_events() -> None:
    there = exchanged()
    figure = property_kpis(there, "schule", 2025, now=utc(2025, 1, 5)).figures["electricity_kwh"]
    assert figure.meters == ("strom", "mensa")
    trust = trust_in(figure, witnesses_of(there, now=utc(2025, 1, 5))(date(2025, 1, 1), date(2026, 1, 1)))
    assert (trust.light, trust.doubts) == (TrustLight.LOOK, (Doubt.BLOCKING_EVENTS,))
    assert trust.newest == utc(2025, 1, 5)
    assert trust.measured == pytest.approx(1 - 1 / 192)
