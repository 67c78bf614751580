"""Answering an alert on its page, in German and with a token against forged forms."""

import re

import pytest

from tests.unit.api.client import Client
from tests.unit.api.district import SmallDistrict


def test_the_answers_of_a_mail_are_suggested(manager: Client) -> None:
    text = manager.page("/alarme/1?antwort=fehlalarm").text
    assert re.search(r'value="fehlalarm" class="main"', text)
    assert not re.search(r'value="erledigt" class="main"', text)


def test_who_may_not_answer_sees_no_buttons(reader: Client) -> None:
    assert "<button name=" not in reader.page("/alarme/1").text


@pytest.mark.parametrize(
    ("given", "state", "word"),
    [
        ("erledigt", "resolved", "erledigt"),
        ("fehlalarm", "resolved", "Fehlalarm"),
        ("handwerker", "acknowledged", "Handwerker beauftragt"),
        ("spaeter", "firing", "zurückgestellt"),
        ("bemerkung", "firing", "Bemerkung"),
    ],
)
def test_an_answer_from_the_form_is_kept_with_its_comment(
    district: SmallDistrict, manager: Client, given: str, state: str, word: str
) -> None:
    form = {"antwort": given, "bemerkung": "Spülkasten repariert", "csrf": manager.csrf("/alarme/1")}
    answer = manager.form("/alarme/1", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/alarme/1")
    assert district.operations.alerts.get(1).state == state
    page = manager.page("/alarme/1").text
    assert "Spülkasten repariert" in page
    assert word in page[page.index("Verlauf") :]


def test_answering_a_resolved_alert_is_said_in_german(district: SmallDistrict, manager: Client) -> None:
    csrf = manager.csrf("/alarme/1")
    district.operations.alerts.resolve(1)
    answer = manager.form("/alarme/1", {"antwort": "erledigt", "csrf": csrf})
    assert answer.status_code == 409
    assert "Das geht im jetzigen Zustand nicht." in answer.text
