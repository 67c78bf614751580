from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from alerts.findings import Judged
from alerts.rules.water_runs_at_night import LONGEST_RUN, judge_nights
from analysis.meters.night_flow import NightFlow
from gateway.operations import Outcome
from tests.unit.alerts.district import water_meter

LAST = date(2026, 3, 2)


def nights(*flows_m3_h: float | None) -> list[NightFlow]:
    days = [LAST - timedelta(days=len(flows_m3_h) - 1 - index) for index in range(len(flows_m3_h))]
    return [night(day, flow) for day, flow in zip(days, flows_m3_h, strict=True)]


def night(day: date, flow_m3_h: float | None) -> NightFlow:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    volume = None if flow_m3_h is None else 4 * flow_m3_h
    return NightFlow("w", day, start, start + timedelta(hours=4), flow_m3_h, volume, (flow_m3_h,) * 4, 1.0)


def judge(*flows_m3_h: float | None, price: Decimal | None = Decimal("4.30")) -> Judged:
    return judge_nights(nights(*flows_m3_h), water_meter(), price)


@pytest.mark.parametrize(
    ("flows", "outcome"),
    [
        ((0.4, 0.4, 0.0), Outcome.CLEAR),
        ((0.0, 0.0, 0.4), Outcome.PENDING),
        ((0.0, 0.4, 0.4), Outcome.PENDING),
        ((0.4, 0.4, 0.4), Outcome.FIRING),
        ((0.4, 0.4, None), Outcome.NO_DATA),
        ((0.4, None, 0.4), Outcome.PENDING),
        ((0.4, 0.0, 0.4), Outcome.PENDING),
    ],
)
def test_only_three_nights_running_are_an_alert(flows: tuple[float | None, ...], outcome: Outcome) -> None:
    assert judge(*flows).outcome is outcome


def test_the_alert_says_how_much_since_when_and_what_it_costs() -> None:
    finding = judge(0.0, 0.42, 0.40, 0.42).finding
    assert finding is not None
    assert finding.words["de"].title == "Wasser läuft nachts durch (0,42\u202fm³/h, 3. Nacht)"
    assert finding.since == datetime(2026, 2, 28, tzinfo=UTC)
    assert finding.cost_eur_per_day == pytest.approx(0.42 * 24 * 4.30)
    assert finding.cost_eur_per_year == pytest.approx(0.42 * 24 * 4.30 * 365)
    assert finding.severity == "warning"


def test_growing_is_urgent() -> None:
    finding = judge(0.30, 0.36, 0.42).finding
    assert finding is not None
    assert finding.severity == "urgent"
    assert "wächst" in finding.words["de"].observed


def test_wavering_is_not_growing() -> None:
    finding = judge(0.40, 0.41, 0.42).finding
    assert finding is not None
    assert finding.severity == "warning"


def test_without_a_tariff_the_cost_is_unknown_not_zero() -> None:
    finding = judge(0.4, 0.4, 0.4, price=None).finding
    assert finding is not None
    assert finding.cost_eur_per_day is None


@pytest.mark.parametrize(("flow", "cause"), [(0.01, "tropft"), (0.4, "Spülung"), (2.0, "Rohrbruch")])
def test_the_likely_cause_follows_from_the_flow(flow: float, cause: str) -> None:
    finding = judge(flow, flow, flow).finding
    assert finding is not None
    assert cause in finding.words["de"].cause


def test_a_run_longer_than_what_is_looked_back_over_does_not_begin_anew_every_night() -> None:
    opened = datetime(2026, 1, 5, 6, 31, tzinfo=UTC)
    finding = judge_nights(nights(*[0.4] * LONGEST_RUN), water_meter(), None, open_since=opened).finding
    assert finding is not None
    words = finding.words["de"]
    assert words.title == "Wasser läuft nachts durch (0,4\u202fm³/h, seit 30 Nächten oder länger)"
    assert "So ist es mindestens seit der Nacht zum 01.02.2026." in words.observed
    assert finding.since == opened
    assert finding.words["en"].title.endswith("for 30 nights or longer)")
