from email.message import EmailMessage

import pytest

from alerts.channels.channel import Undeliverable
from alerts.messages.mail import compose
from tests.unit.alerts.mails import ALERT, STORM, row

URL = "https://zaehlwerk.example.org"


def mail(**changes: object) -> EmailMessage:
    return compose(row(ALERT | changes), sender="zaehlwerk@example.org", public_url=URL)


def text(composed: EmailMessage, kind: str) -> str:
    body = composed.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_subject_names_place_matter_and_size() -> None:
    assert mail()["Subject"] == "Grundschule Musterdorf: Wasser läuft nachts durch (0,42 m³/h, 3. Nacht)"


def test_urgent_and_reminding_mails_say_so_first() -> None:
    assert mail(occasion="urgent")["Subject"].startswith("Dringend: Grundschule")
    assert mail(occasion="reminder")["Subject"].startswith("Erinnerung: Grundschule")


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_text_and_html_say_the_same(kind: str) -> None:
    body = text(mail(), kind)
    for sentence in (
        "Es floss in jeder Stunde Wasser.",
        "28.02.2026, 00:00 Uhr",
        "etwa 43 € am Tag",
        "etwa 15.800 € im Jahr",
        "Wahrscheinlich hängt eine Spülung.",
        "Bitte die Spülkästen prüfen.",
        "weil Sie für die Liegenschaft Grundschule Musterdorf eingetragen sind",
        "Beispieldaten",
    ):
        assert sentence in body
    for answer in ("erledigt", "fehlalarm", "handwerker", "spaeter"):
        assert f"{URL}/alarme/17?antwort={answer}" in body


def test_the_chart_is_a_picture_inside_the_mail() -> None:
    composed = mail()
    (picture,) = [part for part in composed.walk() if part.get_content_type() == "image/png"]
    assert bytes(picture.get_content()).startswith(b"\x89PNG")
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in text(composed, "html")


def test_nothing_is_loaded_from_another_host() -> None:
    html = text(mail(), "html")
    assert html.count("http") == html.count(URL)


def test_a_chart_that_cannot_be_drawn_does_not_hold_the_mail() -> None:
    html = text(mail(chart={"mark": "nonsense", "$schema": "x"}), "html")
    assert "<img" not in html
    assert "Bitte die Spülkästen prüfen." in html


def test_an_unknown_cost_is_said_to_be_unknown() -> None:
    assert "Kosten: unbekannt" in text(mail(cost_per_day=None, cost_per_year=None), "plain")


def test_names_are_text_and_never_markup_or_headers() -> None:
    composed = mail(property="<b>Schule</b>\r\nBcc: all@example.org", person="Nord\nX: y")
    assert composed["Bcc"] is None
    assert "&lt;b&gt;Schule" in text(composed, "html")


def test_the_same_message_has_the_same_id() -> None:
    assert mail()["Message-ID"] == mail()["Message-ID"] == "<alert-17-1772446800000-firing@example.org>"


def test_an_english_reader_gets_english_around_the_facts() -> None:
    body = text(mail(language="en"), "plain")
    assert "What to do now:" in body
    assert "Was jetzt" not in body


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_storm_lists_its_meters_and_has_a_next_step(language: str, kind: str) -> None:
    composed = compose(row(STORM | {"language": language}), sender="z@example.org", public_url=URL)
    body = text(composed, kind)
    assert body.count("Zähler „A“ meldet nicht mehr") == 5
    assert f"{URL}/alarme" in body
    assert "5" in composed["Subject"]
    assert ("Bitte prüfen" if language == "de" else "Please check") in body


def test_an_address_that_is_none_makes_no_mail() -> None:
    with pytest.raises(Undeliverable):
        compose(row(address="nobody at nowhere"), sender="z@example.org", public_url=URL)
