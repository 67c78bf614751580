"""What a person sees of a meter: chart, spans of time, origin of a number."""

import html
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from api.presentation.event_words import SUBSTITUTE_METHODS
from api.presentation.meter_spans import SPANS, span_of
from config.meters.ledger_policy import Filling, Spreading
from gateway.reading import Reading, milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict

PAGE = "/zaehler/gs-strom"
_DAY = timedelta(days=1)


def chart(client: Client, path: str) -> dict[str, Any]:
    block = re.search(r'<script type="application/json">(.*?)</script>', client.page(path).text, re.DOTALL)
    assert block is not None
    spec: dict[str, Any] = json.loads(block[1])
    return spec


def test_every_bar_and_row_leads_to_the_readings_behind_it(reader: Client) -> None:
    spec = chart(reader, f"{PAGE}?spanne=monat&ab=2026-02-10")
    rows = spec["data"]["values"]
    assert len(rows) == 28
    text = reader.page(f"{PAGE}?spanne=monat&ab=2026-02-10").text
    assert all(f'href="{html.escape(row["href"])}"' in text for row in rows)
    origin = reader.page(rows[9]["href"]).text
    assert "Woher kommt diese Zahl?" in origin
    assert "47.320" in origin
    assert "47.380" in origin
    assert "<strong>60\u202fkWh</strong>" in origin


def test_the_chart_has_the_year_before_the_counter_and_the_events_in_one(
    reader: Client, fallen: SmallDistrict
) -> None:
    spec = chart(reader, f"{PAGE}?spanne=monat&ab=2026-02-10")
    amounts, strip, counter = spec["vconcat"]
    first = spec["data"]["values"][0]
    assert (first["last"], first["sureness"], first["value"]) == (60.0, "fehlerhaft", None)
    assert [layer["data"]["values"][0]["title"] for layer in amounts["layer"] if "data" in layer] == [
        "vermutlicher Zählerwechsel (zu prüfen)"
    ] * 2
    assert strip["encoding"]["fill"]["field"] == "sureness"
    assert len(counter["data"]["values"]) == 28
    assert any(layer["mark"]["fill"] == "url(#stoerung)" for layer in amounts["layer"] if "fill" in layer["mark"])


def test_every_year_of_five_stands_in_front_of_the_one_before(reader: Client) -> None:
    years = chart(reader, f"{PAGE}?spanne=jahre&schritt=jahr")["data"]["values"]
    months = chart(reader, f"{PAGE}?spanne=jahre&schritt=monat")["data"]["values"]
    for rows, before in ((years, 1), (months, 12)):
        compared = [(row["last"], earlier["value"]) for earlier, row in zip(rows, rows[before:], strict=False)]
        known = [(last, value) for last, value in compared if last is not None]
        assert known
        assert all(last == value for last, value in known)


def test_a_month_that_is_known_in_part_is_nothing_to_compare_with(reader: Client) -> None:
    text = reader.page(f"{PAGE}?spanne=jahre&schritt=monat").text.replace("\u202f", "")
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]
    partial = [0 < int(row[-1].removesuffix("%")) < 97 for row in cells]
    year_after = [row[1] for row, is_partial in zip(cells[12:], partial, strict=False) if is_partial]
    assert year_after
    assert set(year_after) == {"–"}


def test_a_load_profile_that_no_figure_counts_is_said_on_its_meters_page(
    reader: Client, district: SmallDistrict
) -> None:
    district.store.write([Reading("gs-strom", "interval_energy", milliseconds(NOW), 1.5)])
    text = reader.page(PAGE).text
    assert "auch Werte als „Arbeit im Intervall“ (interval_energy) an" in text
    assert "Gezählt wird nach „Wirkarbeit Bezug“" in text
    assert "stehen aber in keiner Auswertung" not in reader.page("/zaehler/gs-gas").text


def test_a_time_that_has_not_come_is_no_gap(reader: Client) -> None:
    rows = chart(reader, f"{PAGE}?spanne=monat")["data"]["values"]
    assert [row["sureness"] for row in rows].count("kommt noch") == 31 - 10
    assert rows[9]["sureness"] == "keine Daten"


def test_a_long_origin_is_shown_page_by_page(reader: Client) -> None:
    path = f"{PAGE}/herkunft?start=2025-01-01&end=2026-01-01"
    first = reader.page(path).text
    assert "Abschnitte 1 bis 200 von 365" in first
    following = re.search(r'href="(\?[^"]+ab=200)#abschnitte" rel="next"', first)
    assert following is not None
    second = reader.page(f"{PAGE}/herkunft" + html.unescape(following[1])).text
    assert "Abschnitte 201 bis 365 von 365" in second
    assert 'rel="next"' not in second
    assert "Summe aller 365 Abschnitte" in second


@pytest.mark.parametrize("query", ["", "?start=2026-03-01", "?end=2026-03-01"])
def test_the_address_of_an_origin_that_was_cut_short_leads_to_the_meter(reader: Client, query: str) -> None:
    answer = reader.page(f"{PAGE}/herkunft{query}")
    assert (answer.status_code, answer.headers.get("location")) == (303, f"{PAGE}#verbrauch")


def test_the_origin_lists_what_was_left_out_and_why(reader: Client, district: SmallDistrict) -> None:
    at = milliseconds(NOW.replace(day=2))
    district.store.append([Reading("gs-strom", "active_energy_import", at, 0.0)])
    text = reader.page(f"{PAGE}/herkunft?start=2026-03-02&end=2026-03-03").text
    assert "Nicht verwendete Ablesungen" in text
    assert "danach wieder den alten Stand: nicht gewertet" in text


@pytest.mark.parametrize("query", ["start=x&end=y", "start=2026-03-02&end=2026-03-01"])
def test_an_origin_of_nothing_is_said_in_german(reader: Client, query: str) -> None:
    answer = reader.page(f"{PAGE}/herkunft?{query}")
    assert (answer.status_code, "Die Eingabe ist nicht verständlich." in answer.text) == (422, True)


@pytest.mark.parametrize(
    "query", ["spanne=ewig", "schritt=jahr", "spanne=tag&schritt=monat", "ab=gestern", "ab=0001-01-01"]
)
def test_a_span_that_is_none_is_said_in_german(reader: Client, query: str) -> None:
    assert reader.page(f"{PAGE}?{query}").status_code == 422


@pytest.mark.parametrize("name", sorted(SPANS.keys() - {"jahre"}))
def test_going_back_and_forth_leads_to_the_same_span(name: str) -> None:
    today = date(2026, 3, 10)
    span = span_of(name, "", "2024-02-29", today)
    assert span.start <= date(2024, 2, 29) < span.end
    back = span_of(name, "", _day(span.earlier()), today)
    assert back.end == span.start
    assert span_of(name, "", _day(back.later() or ""), today) == span


def test_nothing_is_shown_of_a_time_to_come() -> None:
    for name in SPANS:
        span = span_of(name, "", "", date(2026, 3, 10))
        assert span.start <= date(2026, 3, 10)
        assert span.later() is None or name == "60tage"


def _day(query: str) -> str:
    return query.rpartition("ab=")[2]


def test_every_way_of_standing_in_for_readings_has_its_words() -> None:
    methods = {str(one) for one in (*Spreading, *Filling)} - {"none"} | {"by_person", "by_source"}
    assert methods <= set(SUBSTITUTE_METHODS)


def test_origin_of_a_virtual_amount_gives_the_amount_and_those_of_its_parts(reader: Client) -> None:
    path = "/zaehler/halle-ohne-schule/herkunft?start=2026-03-01&end=2026-03-03"
    found = reader.get(
        "/v1/meters/halle-ohne-schule/consumption?start=2026-03-01&end=2026-03-03&resolution=P1Y"
    ).json()
    text = reader.page(path).text.replace("\u202f", " ")
    assert f"<strong>{found['total']:g}".replace(".", ",") in text.replace(".", "")
    assert text.count("kWh</li>") >= 2


def test_origin_of_a_gap_says_that_nothing_is_known_and_since_when(reader: Client) -> None:
    text = reader.page(f"{PAGE}/herkunft?start=2026-03-10T05:00:00Z&end=2026-03-10T07:00:00Z").text
    assert "Zu dieser Zeit ist kein Verbrauch bekannt; die letzte Ablesung davor ist vom 10.03.2026" in text
    assert "Die Zahl kommt aus" not in text
