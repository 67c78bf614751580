"""Charts draw, hold their data and keep the rules of the pages."""

import json
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import vl_convert

from analysis.charts import (
    Chart,
    EventMark,
    PathYear,
    SlotMark,
    consumption_chart,
    counter_chart,
    district_path_chart,
    measure_chart,
    meter_chart,
    night_flow_chart,
    silence_chart,
    year_chart,
)
from analysis.charts.style import SCHEMA
from analysis.consumption import consumption
from analysis.figures import Consumption, Figure, Resolution
from analysis.measures.measures import MeasureMonth, MeasureProgress, Verdict
from analysis.meters.night_flow import NightFlow
from analysis.meters.silence import Silence
from gateway.series import Series
from tests.unit.analysis.evidence import books, counter, meter, place, utc

HOUR = timedelta(hours=1)
LATER = utc(2026, 1, 1)


def readings() -> tuple[Consumption, Consumption, Series]:
    there, store = books(place(meter()))
    rows = counter(utc(2023, 12, 31, 23), HOUR, [1234] * 24 * 500)
    store.put(
        "strom",
        "active_energy_import",
        {at: v for at, v in rows.items() if not utc(2025, 1, 9) < at < utc(2025, 1, 12)},
    )
    days = consumption(there, "strom", date(2025, 1, 1), date(2025, 2, 1), Resolution.DAY, now=LATER)
    year = consumption(there, "strom", date(2025, 1, 1), date(2026, 1, 1), Resolution.MONTH, now=LATER)
    return days, year, store.read("strom", "active_energy_import", utc(2025, 1, 5), utc(2025, 1, 15))


def last_year() -> Consumption:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2023, 12, 31, 23), HOUR, [1000] * 24 * 370))
    return consumption(there, "strom", date(2024, 1, 1), date(2025, 1, 1), Resolution.MONTH, now=LATER)


def progress() -> MeasureProgress:
    figure = Figure(1.0, "kWh", 1.0)
    months = (
        MeasureMonth(date(2025, 10, 1), 4000.0, 3500.0, 3300.0, 310.0, 1.0),
        MeasureMonth(date(2025, 11, 1), None, None, None, None, 0.0),
        MeasureMonth(date(2025, 12, 1), 6000.0, 5300.0, 5500.0, 520.0, 1.0),
    )
    return MeasureProgress(
        "m", "schule", "natural_gas", "Neue Regelung", "kWh", date(2025, 10, 1), date(2026, 1, 1),
        figure, figure, figure, figure, figure, figure, 12.0, "", months, False, Verdict.WORKS, "", "Hs",
    )  # fmt: skip


def nights() -> list[NightFlow]:
    flows = (0.4, None, 0.42)
    return [
        NightFlow("w", date(2025, 7, day), utc(2025, 7, day, 1), utc(2025, 7, day, 5), flow, flow, (), 1.0)
        for day, flow in enumerate(flows, 1)
    ]


def every_chart() -> dict[str, Chart]:
    days, year, series = readings()
    quiet = Silence("strom", "schule", utc(2025, 1, 14, 23), timedelta(days=2), timedelta(days=1), 5.0)
    berlin = books(place())[0].zone
    return {
        "consumption": consumption_chart(days, medium_id="electricity_import", title="Strom"),
        "year": year_chart(year, last_year(), medium_id="electricity_import"),
        "measure": measure_chart(progress()),
        "night": night_flow_chart(nights()),
        "counter": counter_chart(series, meter(), berlin),
        "silence": silence_chart(series, quiet, meter(), berlin, now=utc(2025, 1, 17)),
        "meter": meter_chart(
            days,
            [SlotMark(str(slot.start.date()), slot.how, "/x", 900.0) for slot in days.slots],
            meter(),
            berlin,
            counter=series,
            events=[EventMark(utc(2025, 1, 9), "Lücke", "3 Tage", "quiet", "#ereignisse")],
        ),
        "path": district_path_chart(
            [PathYear(2024, 900.0, 880.0), PathYear(2025, None, 862.4)], unit="MWh", medium_id="electricity_import"
        ),
    }


def test_energy_of_gas_names_at_the_axis_what_it_is_told_on() -> None:
    layer = measure_chart(progress())["layer"][0]["encoding"]
    assert layer["y"]["axis"]["title"] == "Verbrauch (kWh Hs)"
    assert layer["tooltip"][1]["title"] == "gemessen (kWh Hs)"


@pytest.mark.parametrize("name", list(every_chart()))
def test_chart_draws_with_its_own_german_numbers(name: str) -> None:
    spec = every_chart()[name]
    svg = vl_convert.vegalite_to_svg(spec)
    assert svg.startswith("<svg")
    assert spec["title"]["text"] in svg
    assert vl_convert.vegalite_to_png(spec)[:4] == b"\x89PNG"


def test_specification_is_of_the_version_that_draws_it() -> None:
    newest = vl_convert.get_vegalite_versions()[-1]
    assert f"/v{newest.split('.')[0]}." in SCHEMA


def test_specification_is_plain_json() -> None:
    assert json.loads(json.dumps(every_chart())) == every_chart()


def test_axis_has_german_numbers_and_its_unit() -> None:
    svg = vl_convert.vegalite_to_svg(every_chart()["consumption"])
    assert "30.000" in svg
    assert "Verbrauch (kWh)" in svg
    assert "m³/h" in vl_convert.vegalite_to_svg(every_chart()["night"])


def test_what_is_generated_or_fed_in_is_not_called_consumption() -> None:
    days, _, _ = readings()
    words = {"pv_generation": "Erzeugung (kWh)", "electricity_export": "Einspeisung (kWh)"}
    for medium_id, word in words.items():
        svg = vl_convert.vegalite_to_svg(consumption_chart(days, medium_id=medium_id))
        assert word in svg
        assert "Verbrauch" not in svg


def test_labels_that_would_cover_each_other_are_left_out() -> None:
    wide, narrow = (vl_convert.vegalite_to_svg(every_chart()["year"] | {"width": width}) for width in (640, 200))
    assert 'opacity="0"' not in wide
    assert 'opacity="0"' in narrow


def test_months_have_german_names() -> None:
    assert ">Mär<" in vl_convert.vegalite_to_svg(every_chart()["year"])


def test_bars_are_the_exact_values_and_begin_at_zero() -> None:
    spec = every_chart()["consumption"]
    assert spec["data"]["values"][0]["value"] == 24 * 1234
    assert spec["layer"][0]["encoding"]["y2"] == {"datum": 0}


def test_estimates_are_lighter_and_say_so() -> None:
    spec = every_chart()["consumption"]
    estimated = [row["label"] for row in spec["data"]["values"] if row["estimated"]]
    assert estimated == ["09.01.2025", "10.01.2025", "11.01.2025", "12.01.2025"]
    assert "heller" in spec["title"]["subtitle"]


def test_bars_of_a_meter_stand_over_a_strip_that_tells_how_sure_they_are() -> None:
    spec = every_chart()["meter"]
    rows = spec["data"]["values"]
    assert [row["sureness"] for row in rows[7:13]] == ["gesichert", *["ersetzt oder unvollständig"] * 4, "gesichert"]
    assert all(row["start"] < row["left"] < row["right"] < row["end"] for row in rows)
    assert "grau dahinter: Vorjahr" in spec["title"]["subtitle"]
    assert "heller" in spec["title"]["subtitle"]


def test_a_meter_of_which_nothing_is_known_is_one_hatched_time() -> None:
    there, _ = books(place(meter()))
    found = consumption(there, "strom", date(2025, 1, 1), date(2025, 1, 8), Resolution.DAY, now=LATER)
    marks = [SlotMark("", slot.how, "/x") for slot in found.slots]
    spec = meter_chart(found, marks, meter(), there.zone)
    assert len(spec["vconcat"]) == 2
    assert spec["vconcat"][0]["layer"][0]["mark"]["fill"] == "url(#luecke)"
    assert spec["title"]["subtitle"] == "schraffiert: keine Daten"
    assert vl_convert.vegalite_to_svg(spec).startswith("<svg")


def test_a_reading_that_its_neighbours_refute_does_not_press_the_others_flat() -> None:
    there, store = books(place(meter()))
    rows = counter(utc(2025, 1, 1), HOUR, [1] * 24, first=500.0) | {utc(2025, 1, 1, 5): 99_999.0}
    store.put("strom", "active_energy_import", rows)
    found = consumption(there, "strom", utc(2025, 1, 1), utc(2025, 1, 2), Resolution.HOUR, now=LATER)
    series = store.read("strom", "active_energy_import")
    marks = [SlotMark("", slot.how, "/x") for slot in found.slots]
    spec = meter_chart(found, marks, meter(), there.zone, counter=series)
    assert spec["vconcat"][2]["encoding"]["y"]["scale"]["domain"] == [500.0, 524.0]


def test_month_without_data_stays_a_gap() -> None:
    rows = every_chart()["year"]["data"]["values"]
    assert rows[11]["value"] is None
    assert rows[11]["last"] == 1000 * 31 * 24
    bars = _marks(vl_convert.vegalite_to_scenegraph(every_chart()["measure"])["scenegraph"], "rect")
    assert len([bar for bar in bars if bar.get("fill") == "#D55E00" and bar.get("height", 0) > 0]) == 2


def test_axis_shows_the_time_of_the_property() -> None:
    assert every_chart()["consumption"]["data"]["values"][0]["start"] == "2025-01-01T00:00:00Z"


def test_line_of_the_counter_breaks_where_readings_are_missing() -> None:
    rows = every_chart()["counter"]["data"]["values"]
    assert [row["value"] for row in rows].count(None) == 1


def test_the_newest_of_many_readings_is_always_shown() -> None:
    series = Series(np.arange(4096) * 60_000, np.arange(4096, dtype=np.float64))
    rows = counter_chart(series, meter(), ZoneInfo("Europe/Berlin"))["data"]["values"]
    assert (len(rows), rows[-1]["value"]) == (1366, 4095.0)


def test_a_year_before_without_consumption_is_told_as_one() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 24))
    found = consumption(there, "strom", utc(2025, 1, 1), utc(2025, 1, 2), Resolution.HOUR, now=LATER)
    marks = [SlotMark("", slot.how, "/x", 0.0) for slot in found.slots]
    spec = meter_chart(found, marks, meter(), there.zone)
    assert "Vorjahr (kWh)" in {tip["title"] for tip in spec["vconcat"][1]["encoding"]["tooltip"]}


def test_silence_is_shaded_from_the_last_reading_on() -> None:
    shade = every_chart()["silence"]["layer"][0]["data"]["values"][0]
    assert shade == {"start": "2025-01-15T00:00:00Z", "end": "2025-01-17T01:00:00Z"}


def _marks(node: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = list(node.get("items", [])) if node.get("marktype") == kind else []
    for child in node.get("items", []):
        if isinstance(child, dict):
            found += _marks(child, kind)
    return found


def test_days_are_written_the_german_way() -> None:
    assert ">12.01.<" in vl_convert.vegalite_to_svg(every_chart()["consumption"])
