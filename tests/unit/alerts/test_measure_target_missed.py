from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from alerts.rules.measure_target_missed import judge_progress
from analysis.figures import Figure
from analysis.measures.measures import MeasureProgress, Verdict
from gateway.operations import Outcome

ZONE = ZoneInfo("Europe/Berlin")


def figure(value: float | None, unit: str = "kWh") -> Figure:
    return Figure(value, unit, 1.0)


MISSED = MeasureProgress(
    measure_id="regelung",
    property_id="gs",
    medium_id="natural_gas",
    title="Neue Heizungsregelung",
    unit="kWh",
    since=date(2025, 9, 1),
    until=date(2026, 3, 1),
    baseline_kwh=figure(120_000),
    expected_kwh=figure(81_000),
    target_kwh=figure(71_280),
    actual_kwh=figure(80_190),
    saving_kwh=figure(810),
    saving_percent=figure(1.0, "%"),
    expected_saving_percent=12.0,
    model="degree_days",
    monthly=(),
    target_missed=True,
    verdict=Verdict.DOES_NOT_WORK,
    verdict_text="wirkt nicht",
    reference="Hs",
)


def test_a_missed_target_names_what_was_used_and_what_was_promised() -> None:
    judged = judge_progress(MISSED, ZONE, Decimal("0.10"))
    assert judged.outcome is Outcome.FIRING
    assert judged.finding is not None
    words = judged.finding.words["de"]
    assert words.title == ("Maßnahme „Neue Heizungsregelung“ verfehlt ihr Ziel (1\u202f% statt 12\u202f% Einsparung)")
    assert "Vom 01.09.2025 bis zum 28.02.2026 wurden 80.200\u202fkWh Hs verbraucht" in words.observed
    assert "Regler" in words.next_step
    assert judged.finding.cost_eur_per_day == pytest.approx(8910 * 0.10 / 181)


def test_a_measure_that_keeps_its_promise_is_clear() -> None:
    kept = replace(MISSED, target_missed=False, verdict=Verdict.WORKS)
    assert judge_progress(kept, ZONE, None).outcome is Outcome.CLEAR


def test_too_little_data_is_neither_success_nor_failure() -> None:
    unknown = replace(MISSED, saving_percent=figure(None), verdict=Verdict.INSUFFICIENT_DATA)
    assert judge_progress(unknown, ZONE, None).outcome is Outcome.NO_DATA


@pytest.mark.parametrize(("medium", "word"), [("water", "Zapfstellen"), ("electricity_import", "Zeitschaltuhr")])
def test_the_next_step_follows_from_the_medium(medium: str, word: str) -> None:
    judged = judge_progress(replace(MISSED, medium_id=medium), ZONE, None)
    assert judged.finding is not None
    assert word in judged.finding.words["de"].next_step
    assert judged.finding.cost_eur_per_day is None


@pytest.mark.parametrize(
    ("medium", "alike"),
    [
        ("natural_gas", "bei gleichem Wetter"),
        ("heat_pump_electricity", "bei gleichem Wetter"),
        ("water", "nach Monat und Tagesart des Basiszeitraums"),
        ("electricity_import", "nach Monat und Tagesart des Basiszeitraums"),
    ],
)
def test_what_is_expected_says_what_it_goes_by(medium: str, alike: str) -> None:
    judged = judge_progress(replace(MISSED, medium_id=medium), ZONE, None)
    assert judged.finding is not None
    assert f"Ohne die Maßnahme wären {alike} 81.000" in judged.finding.words["de"].observed


def test_a_sum_over_some_of_the_days_says_over_how_many() -> None:
    some = replace(MISSED, actual_kwh=replace(figure(80_190), coverage=0.874))
    judged = judge_progress(some, ZONE, None)
    assert judged.finding is not None
    assert "80.200\u202fkWh Hs verbraucht, gezählt an 87,4\u202f% der Tage." in judged.finding.words["de"].observed
    assert "were used, counted on 87.4\u202f% of the days." in judged.finding.words["en"].observed
