"""What happened to a meter, as people recorded it and as its readings show it."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from analysis.books import Books
from analysis.figures import MeterEvent
from analysis.meters.meter_events import events_of
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import books, counter, event, formula, meter, place, utc

HOUR = timedelta(hours=1)
LATER = utc(2030, 1, 1)
FELL = f"strom:exchange_suspected:{milliseconds(utc(2025, 1, 2))}"


def fallen(*recorded: object) -> Books:
    there, store = books(place(meter()), events=recorded)  # type: ignore[arg-type]  # rows of events
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 23, first=900.0))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 2), HOUR, [1] * 48, first=5.0))
    return there


def ids(found: Sequence[MeterEvent]) -> list[tuple[str, str]]:
    return [(one.id, one.state) for one in found]


def test_recorded_and_noticed_events_of_a_span_are_listed_newest_first() -> None:
    there = fallen(event("factor_change", utc(2025, 1, 3)), event("serial_seen", utc(2024, 1, 1)))
    found = events_of(there, meter(), date(2025, 1, 1), date(2025, 1, 5), now=LATER)
    assert ids(found) == [("strom-factor_change", "recorded"), (FELL, "proposed")]


def test_a_decision_stands_before_what_is_noticed_of_the_same() -> None:
    decided = event("exchange_suspected", utc(2025, 1, 2), id=FELL, state="rejected")
    assert ids(events_of(fallen(decided), meter(), date(2025, 1, 1), date(2025, 1, 5), now=LATER)) == [
        (FELL, "rejected")
    ]


def test_spans_that_meet_list_every_event_once() -> None:
    there = fallen(event("factor_change", utc(2025, 1, 3)))
    cuts = [utc(2025, 1, 1), utc(2025, 1, 2), utc(2025, 1, 3), utc(2025, 1, 4)]
    parts = [one for start, end in pairwise(cuts) for one in events_of(there, meter(), start, end, now=LATER)]
    assert sorted(ids(parts)) == sorted(ids(events_of(there, meter(), cuts[0], cuts[-1], now=LATER)))


def test_a_virtual_meter_has_what_was_recorded_of_itself() -> None:
    net = meter("netto", formula=formula("strom * 1"))
    there, _ = books(place(meter(), net), events=[event("factor_change", utc(2025, 1, 3), of="netto")])
    assert len(events_of(there, net, date(2025, 1, 1), date(2025, 2, 1), now=LATER)) == 1
