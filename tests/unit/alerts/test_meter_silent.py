from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.evaluation import evaluate_due
from alerts.rules.meter_silent import MeterSilent, judge_silence
from analysis.meters.silence import Silence
from config.meters.meter import ByHandSource, MqttSource, PushSource
from gateway.operations import AlertState, Operations, Outcome
from gateway.reading import Reading, milliseconds
from tests.unit.alerts.district import HOUR, NOW, HeldReadings, books, meter, portfolio

ZONE = ZoneInfo("Europe/Berlin")
A = meter("a")
QUIET = Silence("a", "gs", NOW - 26 * HOUR, 26 * HOUR, 24 * HOUR, 40482.8)


def reading(name: str, hours_ago: float) -> Reading:
    return Reading(name, "active_energy_import", milliseconds(NOW - hours_ago * HOUR), 40482.8)


@pytest.mark.parametrize(
    ("decimals", "shown"), [(None, "40.482,797"), (1, "40.482,8"), (0, "40.483"), (4, "40.482,7970")]
)
def test_the_last_value_is_told_with_the_decimals_that_the_display_has(decimals: int | None, shown: str) -> None:
    silent = replace(QUIET, last_value=40482.797)
    judged = judge_silence(silent, replace(A, decimals=decimals), ZONE, now=NOW, open_since=None)
    assert judged.finding is not None
    assert f"(Stand {shown}\u202fkWh)" in judged.finding.words["de"].observed


@pytest.mark.parametrize(
    ("quantity", "de", "en"),
    [("pulse_count", "Impulse", "pulses"), ("volume", "m³", "m³"), ("heat_energy", "kWh", "kWh")],
)
def test_the_last_value_is_told_in_the_unit_that_it_is_kept_in(quantity: str, de: str, en: str) -> None:
    judged = judge_silence(QUIET, replace(A, quantity=quantity), ZONE, now=NOW, open_since=None)
    assert judged.finding is not None
    assert f"(Stand 40.482,8\u202f{de})" in judged.finding.words["de"].observed
    assert f"(register 40,482.8\u202f{en})" in judged.finding.words["en"].observed


def test_a_meter_that_speaks_is_clear() -> None:
    assert judge_silence(None, A, ZONE, now=NOW, open_since=None).outcome is Outcome.CLEAR


def test_a_silent_meter_is_named_with_its_last_value_and_what_to_do() -> None:
    judged = judge_silence(QUIET, A, ZONE, now=NOW, open_since=None)
    assert judged.outcome is Outcome.FIRING
    assert judged.finding is not None
    words = judged.finding.words["de"]
    assert words.title == "Zähler „A“ meldet nicht mehr (seit 26 Stunden)"
    assert "Der letzte Wert kam am 01.03.2026, 09:20 Uhr (Stand 40.482,8\u202fkWh)" in words.observed
    assert "Bus „bus“, Gerät 3" in words.next_step
    assert (judged.finding.value, judged.finding.threshold, judged.finding.cost_eur_per_day) == (26.0, 24.0, None)


def test_each_way_of_reading_has_its_own_next_step() -> None:
    sources = (
        A.source,
        MqttSource("broker", "schulen/gs/strom", "v", None),
        ByHandSource(timedelta(days=31)),
        PushSource(),
    )
    steps = set()
    for source in sources:
        judged = judge_silence(QUIET, replace(A, source=source), ZONE, now=NOW, open_since=None)
        assert judged.finding is not None
        steps.add(judged.finding.words["de"].next_step)
        assert judged.finding.words["en"].title
    assert len(steps) == 4


def test_a_meter_that_never_spoke_has_a_day_to_begin() -> None:
    never = replace(QUIET, since=None, lasting=None, last_value=None)
    assert judge_silence(never, A, ZONE, now=NOW, open_since=None).outcome is Outcome.PENDING
    judged = judge_silence(never, A, ZONE, now=NOW, open_since=NOW - 24 * HOUR)
    assert judged.outcome is Outcome.FIRING
    assert judged.finding is not None
    assert judged.finding.words["de"].title == "Zähler „A“ hat noch nie gemeldet"


def test_a_dead_meter_among_living_ones_is_found_at_the_first_start(operations: Operations) -> None:
    kept = books(portfolio(A, meter("b")), operations, [reading("a", 30), reading("b", 1)])
    evaluate_due(kept, operations, now=NOW, rules=[MeterSilent()])
    assert [alert.subject for alert in operations.alerts.list_open()] == ["a"]


def test_a_dead_meter_never_heals_its_own_alarm_and_a_living_one_does(operations: Operations) -> None:
    store = HeldReadings([reading("a", 30), reading("b", 1)])
    kept = replace(books(portfolio(A, meter("b")), operations), store=store)
    for hours in range(3):
        store.write([reading("b", -hours)])
        evaluate_due(kept, operations, now=NOW + hours * HOUR, rules=[MeterSilent()])
    assert operations.alerts.list_open()[0].state is AlertState.FIRING
    store.write([reading("a", -3)])
    evaluate_due(kept, operations, now=NOW + 4 * HOUR, rules=[MeterSilent()])
    assert operations.alerts.list_open() == []


def test_after_the_service_itself_was_away_silence_proves_nothing_yet(operations: Operations) -> None:
    names = [f"m{index}" for index in range(6)]
    store = HeldReadings([reading(name, 1) for name in names])
    kept = replace(books(portfolio(*map(meter, names)), operations), store=store)
    evaluate_due(kept, operations, now=NOW, rules=[MeterSilent()])
    back = NOW + timedelta(days=2)
    evaluate_due(kept, operations, now=back, rules=[MeterSilent()])
    assert operations.alerts.list() == []
    store.write([reading(name, -48.5) for name in names[1:]])
    evaluate_due(kept, operations, now=back + HOUR, rules=[MeterSilent()])
    assert [alert.subject for alert in operations.alerts.list_open()] == ["m0"]


def test_a_reading_of_the_future_does_not_end_the_time_in_which_the_service_was_away(operations: Operations) -> None:
    store = HeldReadings([reading("a", 1), reading("b", -1000)])
    kept = replace(books(portfolio(A, meter("b")), operations), store=store)
    evaluate_due(kept, operations, now=NOW, rules=[MeterSilent()])
    evaluate_due(kept, operations, now=NOW + timedelta(days=2), rules=[MeterSilent()])
    assert "a" not in {alert.subject for alert in operations.alerts.list()}
