"""Contradictions become events of their meters: once, whatever the order, batches and kills; and are decided."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.events.event_decisions import Decision, Verdict, decide, undo
from config.errors import StorageFull, Unreachable
from gateway.reading import Refused, milliseconds
from tests.unit.zaehlwerk.telling_district import NOW, District, opened, reading, refused_of


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """A district without readings."""
    with opened(tmp_path) as one:
        yield one


def test_a_replaced_value_is_proposed_in_the_unit_of_the_display_with_both_values_and_who_brought_it(
    district: District,
) -> None:
    old, new = reading(1, 40482.8), reading(1, 40490.0)
    district.write(old)
    district.write(new)

    (event,) = district.events()

    assert (event.kind, event.state, event.time) == ("duplicate_conflict", "proposed", old.time)
    assert (event.old_end, event.new_start) == (Decimal("40.4828"), Decimal("40.49"))
    assert (event.author, event.recorded_at) == ("logger.csv", NOW)
    assert event.detail == "1 Wert ersetzt: 40,4828 → 40,49 MWh"


@pytest.mark.parametrize("absurd", [9.2e18, 1e24, 1e30, 1.7e308])
def test_an_absurd_value_that_was_replaced_is_told_and_holds_up_no_other(district: District, absurd: float) -> None:
    district.write(reading(1, 100.0), reading(2, absurd), reading(1, 200.0, meter="polled"))
    district.write(reading(1, absurd), reading(2, 100.0), reading(1, 201.0, meter="polled"))

    (event,) = district.events()

    assert (event.old_end, event.new_start) == (Decimal(repr(absurd)) / 1000, Decimal("0.1"))
    assert all(len(str(one)) <= 40 for one in (event.old_end, event.new_start))
    assert len(district.events("polled")) == 1
    decide(district.evidence(), Decision(event.id, Verdict.REJECT, "test"))
    assert district.value(reading(2, 0.0)) == absurd


def test_many_replaced_values_of_a_local_day_are_one_event_and_every_former_value_is_kept(district: District) -> None:
    # From 23:00 UTC on it is the next day in Berlin.
    hours = [1.0, 2.0, 12.75, 13.25, 38.0]
    district.write(*(reading(one, 100.0 + one) for one in hours))
    district.write(*(reading(one, 200.0 + one) for one in hours))

    before, yesterday, today = district.events()

    assert [one.detail.split(":")[0] for one in (before, yesterday, today)] == [
        "1 Wert ersetzt",
        "1 Wert ersetzt",
        "3 Werte ersetzt, der erste",
    ]
    assert today.time == reading(12.75, 0).time
    kept = district.operations.former_values.of_event(today.id)
    assert sorted((row.former, row.value) for row in kept) == [(101, 201), (102, 202), (112.75, 212.75)]


def test_a_rejected_event_brings_the_former_values_back_and_asks_nobody_again(district: District) -> None:
    hours = [1.0, 2.0]
    district.write(*(reading(one, 100.0) for one in hours))
    district.write(*(reading(one, 200.0) for one in hours))
    district.write(reading(1, 300.0))
    (event,) = district.events()

    decide(district.evidence(), Decision(event.id, Verdict.REJECT, "amt"))

    assert [district.value(reading(one, 0)) for one in hours] == [100.0, 100.0]
    assert [one.state for one in district.events()] == ["rejected"]
    undo(district.evidence(), event.id, author="amt")
    assert [district.value(reading(one, 0)) for one in hours] == [300.0, 200.0]
    assert district.events() == [event]


def test_an_accepted_event_keeps_the_new_values_also_when_it_is_taken_back(district: District) -> None:
    district.write(reading(1, 100.0))
    district.write(reading(1, 200.0))
    (event,) = district.events()

    decide(district.evidence(), Decision(event.id, Verdict.ACCEPT, "amt"))

    assert district.value(reading(1, 0)) == 200.0
    assert [one.state for one in district.events()] == ["accepted"]
    undo(district.evidence(), event.id, author="amt")
    assert district.value(reading(1, 0)) == 200.0
    assert district.events() == [event]


def test_what_cannot_be_written_back_stays_an_open_question(district: District) -> None:
    district.write(reading(1, 100.0))
    district.write(reading(1, 200.0))
    (event,) = district.events()
    district.disk_is_full = True

    with pytest.raises(StorageFull):
        decide(district.evidence(), Decision(event.id, Verdict.REJECT, "amt"))

    assert district.events() == [event]
    assert district.operations.audit.of_subject(event.id) == []


def test_what_comes_after_a_decision_is_another_question(district: District) -> None:
    district.write(reading(1, 100.0))
    district.write(reading(1, 200.0))
    (first,) = district.events()
    district.operations.events.put(replace(first, state="accepted"))
    district.write(reading(1, 300.0))

    accepted, proposed = sorted(district.events(), key=lambda one: one.id)

    assert (accepted.state, proposed.state) == ("accepted", "proposed")
    assert (proposed.id, proposed.old_end) == (f"{first.id}:2", Decimal("0.2"))


@pytest.mark.parametrize(
    ("meter", "former", "value"),
    [
        ("strom", 40482.8, 40482.80078125),  # what a float of four bytes makes of it, on a display of three decimals
        ("polled", 40482.8, 40482.80078125),  # the same, where nobody knows the decimals
        ("weather-02486", 3.0, 4.0),
    ],
)
def test_what_nobody_has_to_decide_is_kept_without_an_event(
    district: District, meter: str, former: float, value: float
) -> None:
    old, new = reading(1, former, meter=meter), reading(1, value, meter=meter)
    district.write(old)
    district.write(new)

    assert district.events(meter) == []
    (kept,) = district.operations.former_values.of_reading(*old[:3])
    assert (kept.former, kept.value, kept.event) == (former, value, None)


def test_without_a_name_the_meters_own_source_is_the_author(district: District) -> None:
    for meter in ("strom", "polled", "sent"):
        district.write(reading(1, 1.0, meter=meter), source="")
        district.write(reading(1, 2.0, meter=meter), source="")

    assert [district.events(meter)[0].author for meter in ("strom", "polled", "sent")] == [
        "api",
        "bus-keller",
        "broker",
    ]


def test_another_quantity_than_the_meters_own_is_named(district: District) -> None:
    district.write(reading(1, 230.0, quantity="voltage.L1"))
    district.write(reading(1, 231.5, quantity="voltage.L1"))

    (event,) = district.events()

    assert event.detail == "1 Wert ersetzt: Spannung 230 → 231,5 V"


def test_telling_again_after_a_kill_changes_nothing(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    district.write(*(reading(one, 100.0) for one in range(1, 30)))
    district.write(*(reading(one, 200.0) for one in range(1, 30)))
    refused = Refused(
        "broker", "a/b", "future_time", "", b"{}", milliseconds(NOW), "sent", milliseconds(NOW) + 9_000_000
    )
    district.store.append([], [refused])

    def killed(*_: object) -> None:
        raise Unreachable("killed")

    for method in ("forget_replaced", "tell"):
        with monkeypatch.context() as patched:
            patched.setattr(district.store.beside, method, killed)
            with pytest.raises(Unreachable):
                district.tell()
    before = [district.operations.events.of_meter(meter) for meter in ("strom", "sent")]
    kept = [district.operations.former_values.of_event(one.id) for one in before[0]]

    after = [district.events(meter) for meter in ("strom", "sent")]

    assert [len(events) for events in after] == [2, 1]
    assert after == before
    assert [district.operations.former_values.of_event(one.id) for one in after[0]] == kept
    assert district.store.beside.replaced() == []


def test_what_is_kept_of_a_meter_is_forgotten_when_its_past_changes_and_for_the_first_time_to_come_alone(
    district: District,
) -> None:
    district.write(reading(1, 100.0), reading(1, 5.0, meter="polled"))
    district.write(reading(1, 200.0))
    district.store.append([], [refused_of(NOW, timedelta(days=1), meter="sent")])
    district.tell()
    assert district.forgotten == ["strom", "sent"]

    district.store.append([], [refused_of(NOW, timedelta(days=1), meter="sent")])
    district.tell()
    assert district.forgotten == ["strom", "sent"]


Story = list[tuple[int, int, bool]]  # hour, value, told after it


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_order_of_arrival_changes_no_event(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    hours = data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=8, unique=True))
    written: Story = [(hour, 200 + hour, data.draw(st.booleans())) for hour in hours]
    others: Story = [
        (hour, value, data.draw(st.booleans())) for hour, value, _ in data.draw(st.permutations(written))
    ]
    found = []
    for story in (written, others):
        with opened(tmp_path_factory.mktemp("district")) as district:
            district.write(*(reading(hour, 100.0 + hour) for hour in hours))
            for hour, value, is_told in story:
                district.write(reading(hour, float(value)))
                if is_told:
                    district.tell()
            found.append(district.events())

    assert found[0] == found[1]
    assert sum(int(one.detail.split()[0]) for one in found[0]) == len(hours)
