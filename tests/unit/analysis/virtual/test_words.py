"""What has to be said about a virtual meter: its parts, and where it lies below zero."""

from datetime import timedelta

import pytest

from analysis.consumption import consumption
from analysis.figures import Resolution
from config.meters.meter import ByHandSource, Reporting
from tests.unit.analysis.evidence import books, counter, meter, place, utc
from tests.unit.analysis.virtual.school import HOUR, LATER, START, days, fill, virtual


def test_below_zero_for_a_while_is_shown_and_the_sum_stays_exact() -> None:
    """The sun's meter is read every hour, what was fed in once a day and so drawn straight through the night."""
    by_hand = {"source": ByHandSource(timedelta(days=1)), "reporting": Reporting.BY_HAND}
    sun = meter("pv", "pv_generation", quantity="active_energy_export")
    fed = meter("einspeisung", "electricity_export", quantity="active_energy_export", **by_hand)
    there, store = books(place(sun, fed, virtual("pv - einspeisung")), zone="UTC")
    shine = [4 if 8 <= number % 24 < 16 else 0 for number in range(24 * 4)]
    store.put("pv", "active_energy_export", counter(START, HOUR, shine))
    store.put("einspeisung", "active_energy_export", counter(START, 24 * HOUR, [24] * 4))
    hours = consumption(there, "netto", utc(2025, 1, 2), utc(2025, 1, 3), Resolution.HOUR, now=LATER)
    assert [slot.value for slot in hours.slots] == [-1] * 8 + [3] * 8 + [-1] * 8
    assert hours.total == days(there, "2025-01-02", "2025-01-03").total == 32 - 24


def test_what_lacks_is_named_by_part_over_the_time_in_which_it_is_one() -> None:
    rest = virtual("strom - mensa", ("2025-01-04", "strom - halle"))
    there, store = books(place(meter(), meter("mensa"), meter("halle"), rest), zone="UTC")
    fill(store, strom=10, halle=3)
    silent_from_noon = counter(START, HOUR, [2] * 60)
    store.put("mensa", "active_energy_import", silent_from_noon)
    parts = {part.meter: part for part in days(there, "2025-01-01", "2025-01-07").parts}
    assert {name: round(part.coverage, 4) for name, part in parts.items()} == {
        "strom": 1,
        "mensa": 0.8333,
        "halle": 1,
    }
    assert parts["mensa"].quality == pytest.approx({"measured": 60 / 72, "missing": 12 / 72}, abs=1e-5)


def test_a_metered_meter_has_no_parts_and_no_notes() -> None:
    there, store = books(place(meter()), zone="UTC")
    fill(store, strom=10)
    found = days(there, "2025-01-01", "2025-01-07", "strom")
    assert (found.parts, found.notes) == ((), ())


@pytest.mark.parametrize(
    ("mensa", "words"),
    [
        (0.5, ()),
        (3, ("2 Werte liegen unter null (zusammen −96,0 kWh; 02.01.2025 bis 03.01.2025)", "Auch die Summe")),
    ],
)
def test_values_below_zero_are_said_with_what_to_do(mensa: float, words: tuple[str, ...]) -> None:
    there, store = books(place(meter(), meter("mensa"), virtual("strom - mensa")), zone="UTC")
    fill(store, strom=1, mensa=mensa)
    notes = days(there, "2025-01-02", "2025-01-04").notes
    assert len(notes) == bool(words)
    assert all(word in notes[0] for word in words)


def test_one_value_below_zero_in_a_sum_above_it_is_explained_by_the_times_of_reading() -> None:
    there, store = books(place(meter(), meter("mensa"), virtual("strom - mensa")), zone="UTC")
    store.put("strom", "active_energy_import", counter(START, HOUR, [0] * 24 + [9] * 48))
    store.put("mensa", "active_energy_import", counter(START, HOUR, [1] * 72))
    (note,) = days(there, "2025-01-01", "2025-01-04").notes
    assert note.startswith("Ein Wert liegt unter null (−24,0 kWh, 01.01.2025).")
    assert note.endswith("zu verschiedenen Zeiten abgelesen; über längere Zeiträume gleicht sich das aus.")
