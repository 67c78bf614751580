"""What a person is asked on a meter's page, answers and takes back, and the exchange that somebody records there."""

import html
import re
from datetime import UTC, datetime

import pytest

from alerts.messages.event_steps import next_step
from api.presentation.event_words import PROPOSALS, proposal_of
from tests.unit.api.client import BROWSER, Client
from tests.unit.api.district import FELL, SmallDistrict
from tests.unit.gateway.pictures import SECRET, jpeg

PAGE = "/zaehler/gs-strom"


def test_an_open_question_says_what_it_means_and_what_follows(manager: Client, fallen: SmallDistrict) -> None:
    text = manager.page(PAGE).text
    assert "Eine Frage an Sie" in text
    assert text.index("vermutlicher Zählerwechsel") < text.index('id="verbrauch"')
    words = proposal_of("exchange_suspected")
    for one in (words.meaning, words.yes, words.on_yes, words.no, words.on_no, next_step("exchange_suspected")):
        assert one in text
    assert "leer gilt 46.780)" in text
    assert "leer gilt 5)" in text


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
    assert "(bestätigt, Test facility_manager: „Vormittags getauscht“)" in text
    undone = {"csrf": form["csrf"], "ereignis": FELL, "antwort": "undo"}
    assert manager.form(f"{PAGE}/ereignisse", undone).status_code == 303
    assert "Eine Frage an Sie" in manager.page(PAGE).text


def test_a_refused_answer_keeps_what_was_typed_at_its_question(manager: Client, fallen: SmallDistrict) -> None:
    form = {"csrf": manager.csrf(PAGE), "ereignis": FELL, "antwort": "accept", "alt": "viel", "nummer": "4711"}
    text = manager.form(f"{PAGE}/ereignisse", form).text
    question = text[text.index('id="frage-1"') :]
    assert 'name="alt" inputmode="decimal" autocomplete="off" maxlength="40" value="viel"' in question
    assert 'value="4711"' in question
    assert fallen.operations.events.of_meter("gs-strom") == []


def test_an_unexpected_end_is_accepted_with_a_comment_as_its_reason(manager: Client, fallen: SmallDistrict) -> None:
    form = {"csrf": manager.csrf(PAGE), "ereignis": FELL, "antwort": "accept", "alt": "467800"}
    assert manager.form(f"{PAGE}/ereignisse", form | {"bemerkung": "So steht es im Protokoll"}).status_code == 303


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
        ({"alt": "viel"}, 422, "Nicht gespeichert: keine Zahl"),
        ({"alt": "46.780"}, 422, "Nicht gespeichert: Punkt oder Komma nicht eindeutig"),
        ({"neu": "1.234"}, 422, "Nicht gespeichert: Punkt oder Komma nicht eindeutig"),
        ({"alt": "-5"}, 422, "Nicht gespeichert: Endstand, den der alte Zähler nicht gezeigt haben kann"),
        ({"alt": "5000"}, 422, "Nicht gespeichert: Endstand, den der alte Zähler nicht gezeigt haben kann"),
        ({"alt": "467800"}, 422, "Nicht gespeichert: Endstand, den der alte Zähler nicht gezeigt haben kann"),
        ({"neu": "12"}, 422, "Nicht gespeichert: Anfangsstand, den der neue Zähler nicht gezeigt haben kann"),
        ({"neu": "1e15"}, 422, "Nicht gespeichert: keine Zahl"),
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
        ({"alt": "48000"}, "außerhalb des erwarteten Bereichs (Endstand des alten Zählers)"),
        ({"alt": "viel"}, "keine Zahl (Endstand des alten Zählers)"),
        ({"alt": "48.730"}, "Tausender bitte ohne Punkt"),
        ({"neu": "900000"}, "außerhalb des erwarteten Bereichs (Anfangsstand des neuen Zählers)"),
        ({"neu": "1000000"}, "mehr Stellen, als die Anzeige hat"),
        ({"zeit": "2026-04-01T00:00"}, "Zeit in der Zukunft"),
        ({"zeit": "gestern"}, "ohne brauchbare Zeit"),
        ({"zeit": "0001-01-01T00:00"}, "ohne brauchbare Zeit"),
        ({"zeit": "9999-12-31T23:59"}, "ohne brauchbare Zeit"),
        ({"stellen": "1,5"}, "keine Zahl"),
        ({"faktor": "0"}, "keine Zahl (Faktor)"),
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
    assert ("Stimmt der Stand trotzdem" in answer.text) == ("außerhalb" in words)
    (wrong,) = change
    assert re.findall(r'name="(\w+)"[^>]* aria-invalid="true"', answer.text) == [wrong]
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


def test_every_question_says_what_follows_from_either_answer() -> None:
    for words in PROPOSALS.values():
        assert all(text.endswith(".") for text in (words.meaning, words.on_yes, words.on_no))
        assert words.yes.startswith("Ja")
        assert words.no.startswith("Nein")


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "9999-12-31"])
def test_events_before_a_day_that_none_can_lie_before_are_refused_in_german(reader: Client, day: str) -> None:
    answer = reader.page(f"{PAGE}?ereignisse_bis={day}")
    assert (answer.status_code, "Die Eingabe ist nicht verständlich." in answer.text) == (422, True)
