"""What a person sees of a meter and says about it: chart, questions, exchange, origin of a number."""

import html
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from alerts.messages.event_steps import next_step
from api.presentation.event_words import PROPOSALS, SUBSTITUTE_METHODS, proposal_of
from api.presentation.meter_spans import SPANS, span_of
from config.meters.ledger_policy import Filling, Spreading
from gateway.reading import Reading, milliseconds
from tests.unit.api.client import BROWSER, Client
from tests.unit.api.district import NOW, SmallDistrict
from tests.unit.gateway.pictures import SECRET, jpeg

FELL_AT = datetime(2026, 2, 1, 23, tzinfo=UTC)
FELL = f"gs-strom:exchange_suspected:{milliseconds(FELL_AT)}"
PAGE = "/zaehler/gs-strom"
_DAY = timedelta(days=1)


@pytest.fixture
def fallen(district: SmallDistrict) -> SmallDistrict:
    """The district whose electricity meter shows little from February on, 60 kWh a day as before."""
    days = (milliseconds(NOW) - milliseconds(FELL_AT)) // 86_400_000
    series = [(FELL_AT + day * _DAY, 5.0 + 60 * day) for day in range(days + 1)]
    district.store.append(
        [Reading("gs-strom", "active_energy_import", milliseconds(at), value) for at, value in series]
    )
    return district


def chart(client: Client, path: str) -> dict[str, Any]:
    block = re.search(r'<script type="application/json">(.*?)</script>', client.page(path).text, re.DOTALL)
    assert block is not None
    spec: dict[str, Any] = json.loads(block[1])
    return spec


def test_an_open_question_says_what_it_means_and_what_follows(manager: Client, fallen: SmallDistrict) -> None:
    text = manager.page(PAGE).text
    assert "Eine Frage an Sie" in text
    assert text.index("vermutlicher Zählerwechsel") < text.index('id="verbrauch"')
    words = proposal_of("exchange_suspected")
    for one in (words.meaning, words.yes, words.on_yes, words.no, words.on_no, next_step("exchange_suspected")):
        assert one in text
    assert 'placeholder="46780"' in text
    assert 'placeholder="5"' in text


def test_an_event_at_a_hand_reading_names_who_wrote_it_down_and_why(manager: Client) -> None:
    body = {"value": 5, "force": "Der alte Zähler lief rückwärts"}
    assert manager.post("/v1/meters/gs-wasser/readings", body).status_code == 201

    told = "Den Stand hat Test facility_manager eingetragen, Grund: „Der alte Zähler lief rückwärts“."
    assert told in manager.page("/zaehler/gs-wasser").text
    (event,) = manager.get("/v1/meters/gs-wasser/events").json()["events"]
    assert event["kind"] == "counter_fell"
    assert event["reading"] == {
        "how": "read_by_hand",
        "author": "Test facility_manager",
        "reason": "Der alte Zähler lief rückwärts",
    }


def test_who_may_not_decide_sees_the_question_without_a_form(reader: Client, fallen: SmallDistrict) -> None:
    text = reader.page(PAGE).text
    assert "vermutlicher Zählerwechsel" in text
    assert "<form method" not in text.replace('<form method="post" action="/abmelden">', "")


def test_a_question_is_answered_by_form_and_the_answer_taken_back(manager: Client, fallen: SmallDistrict) -> None:
    form = {"csrf": manager.csrf(PAGE), "ereignis": FELL, "antwort": "accept", "alt": "46.810,5", "neu": "0,5"}
    answer = manager.form(f"{PAGE}/ereignisse", form | {"bemerkung": "Vormittags getauscht"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?beantwortet=1#ereignisse")
    (event,) = fallen.operations.events.of_meter("gs-strom")
    assert (event.kind, str(event.old_end), str(event.new_start)) == ("exchange", "46810.5", "0.5")
    text = manager.page(f"{PAGE}?beantwortet=1").text
    assert "Eine Frage an Sie" not in text
    assert "alter Zähler bis 46.810,5" in text
    assert "(bestätigt, Test facility_manager)" in text
    undone = {"csrf": form["csrf"], "ereignis": FELL, "antwort": "undo"}
    assert manager.form(f"{PAGE}/ereignisse", undone).status_code == 303
    assert "Eine Frage an Sie" in manager.page(PAGE).text


def test_a_form_without_its_sessions_token_decides_nothing(manager: Client, fallen: SmallDistrict) -> None:
    for path in (f"{PAGE}/ereignisse", f"{PAGE}/wechsel", PAGE):
        form = {"csrf": "fremd", "ereignis": FELL, "antwort": "accept", "alt": "1", "neu": "0", "stand": "1"}
        assert manager.form(path, form).status_code == 403
    assert fallen.operations.events.of_meter("gs-strom") == []


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"ereignis": "gs-strom:gap:1"}, 404, "Das gibt es hier nicht."),
        ({"antwort": "vielleicht"}, 422, "Die Eingabe ist nicht verständlich."),
        ({"alt": "viel"}, 422, "Die Eingabe ist nicht verständlich."),
        ({"alt": "46.780"}, 422, "Die Eingabe ist nicht verständlich."),
        ({"neu": "1.234"}, 422, "Die Eingabe ist nicht verständlich."),
    ],
)
def test_an_answer_that_cannot_be_is_said_in_german(
    manager: Client, fallen: SmallDistrict, change: dict[str, str], status: int, words: str
) -> None:
    form = {"csrf": manager.csrf(PAGE), "ereignis": FELL, "antwort": "accept"} | change
    answer = manager.form(f"{PAGE}/ereignisse", form)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert fallen.operations.events.of_meter("gs-strom") == []


def test_an_event_of_another_meter_is_not_answered_here(manager: Client, fallen: SmallDistrict) -> None:
    form = {"csrf": manager.csrf(PAGE), "ereignis": FELL, "antwort": "accept"}
    assert manager.form("/zaehler/gs-gas/ereignisse", form).status_code == 404


def test_answering_twice_is_said_in_german(manager: Client, fallen: SmallDistrict) -> None:
    form = {"csrf": manager.csrf(PAGE), "ereignis": FELL, "antwort": "reject"}
    assert manager.form(f"{PAGE}/ereignisse", form).status_code == 303
    answer = manager.form(f"{PAGE}/ereignisse", form)
    assert (answer.status_code, "Das geht im jetzigen Zustand nicht." in answer.text) == (409, True)


def test_an_exchange_is_recorded_from_the_form_with_photos_and_corrected(
    manager: Client, district: SmallDistrict
) -> None:
    form = {"csrf": manager.csrf(PAGE), "zeit": "2026-03-05T11:00", "alt": "48.730,5", "neu": "2", "nummer": "4711"}
    sent = manager.request(
        "POST",
        f"{PAGE}/wechsel",
        headers=BROWSER | {"origin": "http://testserver"},
        data=form,
        files={"photo_old": jpeg(), "photo_new": b""},
    )
    assert sent.status_code == 303, sent.text
    (event,) = district.operations.events.of_meter("gs-strom")
    assert event.time == datetime(2026, 3, 5, 10, tzinfo=UTC)
    text = manager.page(PAGE).text
    (photo,) = re.findall(r'src="(/v1/photos/\w+)" alt="Foto: alter Zähler"', text)
    assert SECRET not in manager.get(photo).content
    correcting = re.search(r'href="(\?berichtigen=[^"]+)#wechsel"', text)
    assert correcting is not None
    filled = manager.page(PAGE + html.unescape(correcting[1])).text
    assert 'value="48730,5"' in filled
    assert 'value="2026-03-05T11:00"' in filled
    corrected = form | {"corrects": event.id, "alt": "48740"}
    assert manager.form(f"{PAGE}/wechsel", corrected).status_code == 303
    (event,) = district.operations.events.of_meter("gs-strom")
    assert str(event.old_end) == "48740"


@pytest.mark.parametrize(("meter", "is_asked"), [("gs-strom", True), ("gs-wasser", False)])
def test_a_transformer_ratio_is_asked_for_where_there_may_be_one(manager: Client, meter: str, is_asked: bool) -> None:
    assert ('name="faktor"' in manager.page(f"/zaehler/{meter}").text) is is_asked


def test_correcting_an_exchange_keeps_the_ratio_that_was_recorded(manager: Client, district: SmallDistrict) -> None:
    recorded = manager.post(
        "/v1/meters/gs-wasser/exchanges",
        {"at": "2026-03-05T11:00:00+01:00", "old_end": 1280, "new_start": 0, "factor": 10, "reason": "Wandler"},
    )
    assert recorded.status_code == 201, recorded.text
    (event,) = district.operations.events.of_meter("gs-wasser")
    page = manager.page(f"/zaehler/gs-wasser?berichtigen={event.id}").text
    assert re.search(r'name="faktor" [^>]*value="10"', page)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"alt": "48000"}, "außerhalb des erwarteten Bereichs"),
        ({"alt": "viel"}, "keine Zahl"),
        ({"alt": "48.730"}, "Tausender bitte ohne Punkt"),
        ({"neu": "1000000"}, "mehr Stellen, als die Anzeige hat"),
        ({"zeit": "2026-04-01T00:00"}, "Zeit in der Zukunft"),
        ({"zeit": "gestern"}, "ohne brauchbare Zeit"),
        ({"zeit": "0001-01-01T00:00"}, "ohne brauchbare Zeit"),
        ({"zeit": "9999-12-31T23:59"}, "ohne brauchbare Zeit"),
        ({"stellen": "1,5"}, "keine Zahl"),
    ],
)
def test_an_exchange_that_cannot_be_stays_in_the_form_with_the_reason(
    manager: Client, district: SmallDistrict, change: dict[str, str], words: str
) -> None:
    form = {"csrf": manager.csrf(PAGE), "zeit": "2026-03-05T11:00", "alt": "48730,5", "neu": "2", "nummer": "SN-77"}
    answer = manager.form(f"{PAGE}/wechsel", form | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="SN-77"' in answer.text
    assert "<details open>" in answer.text
    assert ("Stimmt der Endstand trotzdem" in answer.text) == (change.get("alt") == "48000")
    assert district.operations.events.of_meter("gs-strom") == []


def test_a_refused_exchange_says_what_was_expected_at_its_own_time(manager: Client, district: SmallDistrict) -> None:
    form = {"csrf": manager.csrf(PAGE), "zeit": "2026-02-05T11:00", "alt": "1", "neu": "0"}
    expected_now = re.search(r"Erwartet: [^<]+", manager.page(PAGE).text)
    page = manager.form(f"{PAGE}/wechsel", form).text
    assert expected_now is not None
    assert expected_now[0] in page  # the form of hand readings beside it still speaks of now
    told = re.search(r"Erwartet am 05\.02\.2026, 11:00 Uhr: zwischen ([\d.,]+) und", page)
    assert told is not None
    again = form | {"alt": told[1]}
    assert manager.form(f"{PAGE}/wechsel", again).status_code == 303
    assert len(district.operations.events.of_meter("gs-strom")) == 1


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
    methods = {str(one) for one in (*Spreading, *Filling)} - {"none"} | {"by_person"}
    assert methods <= set(SUBSTITUTE_METHODS)


def test_every_question_says_what_follows_from_either_answer() -> None:
    for words in PROPOSALS.values():
        assert all(text.endswith(".") for text in (words.meaning, words.on_yes, words.on_no))
        assert words.yes.startswith("Ja")
        assert words.no.startswith("Nein")
