"""A person answers what happened to a meter, and follows a bar down to two readings."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from api.application import application
from gateway.reading import Reading, milliseconds
from tests.browser.conftest import Served, watched
from tests.unit.api.district import NOW, SmallDistrict, small_district
from tests.unit.gateway.pictures import png

FELL_AT = datetime(2026, 2, 20, 23, tzinfo=UTC)


@pytest.fixture
def fallen(tmp_path: Path) -> Iterator[SmallDistrict]:
    """A district of the test's own, whose electricity meter fell and stayed low."""
    found = small_district(tmp_path)
    days = (NOW - FELL_AT) // timedelta(days=1)
    found.store.append(
        [
            Reading("gs-strom", "active_energy_import", milliseconds(FELL_AT + timedelta(days=day)), 5.0 + 60 * day)
            for day in range(days + 1)
        ]
    )
    yield found
    found.operations.close()
    found.store.close()


@pytest.fixture
def served(fallen: SmallDistrict) -> Iterator[str]:
    """Its address, open as in the demo."""
    with Served(application(fallen.services(demo=True))) as running:
        yield running.url


def test_a_suspected_exchange_is_accepted_and_the_bar_is_there(
    browser: Browser, served: str, fallen: SmallDistrict
) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, locale="de-DE", is_mobile=True) as context:
        guest = watched(context, served)
        page = guest.open("/zaehler/gs-strom?spanne=monat&ab=2026-02-20")
        expect(page.get_by_role("heading", name="Eine Frage an Sie")).to_be_visible()
        expect(page.locator(".question")).to_contain_text("Meist wurde der Zähler getauscht")
        page.locator(".question").get_by_label("Endstand des alten Zählers").fill("47.950,5")
        page.locator(".question").get_by_label("Anfangsstand des neuen").fill("0")
        page.get_by_role("button", name="Ja, Zähler wurde gewechselt").click()
        expect(page.get_by_role("status")).to_contain_text("Alles danach ist neu berechnet")
        expect(page.locator(".events")).to_contain_text("alter Zähler bis 47.950,5")
        expect(page.locator(".question")).to_have_count(0)
        (event,) = fallen.operations.events.of_meter("gs-strom")
        assert (event.kind, event.state, str(event.old_end)) == ("exchange", "accepted", "47950.5")
        page.get_by_role("button", name=re.compile("Zurücknehmen")).click()
        expect(page.get_by_role("heading", name="Eine Frage an Sie")).to_be_visible()
        assert guest.complaints == []
        assert guest.foreign == []


def test_a_click_on_a_bar_leads_to_its_two_readings(browser: Browser, served: str) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE") as context:
        guest = watched(context, served)
        page = guest.open("/zaehler/gs-strom?spanne=monat&ab=2026-02-10")
        page.locator(".plot .mark-rect path[fill='#E69F00'][aria-label*='Zeit: 10.02.2026']").click()
        expect(page).to_have_url(re.compile("/zaehler/gs-strom/herkunft"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Woher kommt diese Zahl?")
        row = page.locator("table.trace tbody tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("47.320")
        expect(row).to_contain_text("47.380")
        expect(row).to_contain_text("gemessen")
        assert guest.complaints == []


def test_without_any_script_a_row_leads_to_the_readings_and_an_answer_is_taken(
    browser: Browser, served: str, fallen: SmallDistrict
) -> None:
    with browser.new_context(locale="de-DE", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{served}/zaehler/gs-strom?spanne=monat&ab=2026-02-10")
        page.locator("summary", has_text="Zahlen als Tabelle").click()
        page.get_by_role("link", name="10.02.2026").click()
        expect(page.locator("table.trace tbody tr")).to_contain_text("47.320")
        page.goto(f"{served}/zaehler/gs-strom")
        page.get_by_role("button", name="Nein, kein Wechsel").click()
        expect(page.locator(".events")).to_contain_text("verworfen")
        assert [one.state for one in fallen.operations.events.of_meter("gs-strom")] == ["rejected"]


def test_an_exchange_with_a_photo_is_recorded_from_the_form(
    browser: Browser, served: str, fallen: SmallDistrict
) -> None:
    with browser.new_context(locale="de-DE") as context:
        guest = watched(context, served)
        page = guest.open("/zaehler/gs-gas")
        page.locator("summary", has_text="Einen Zählerwechsel erfassen").click()
        page.get_by_label("Wann wurde gewechselt?").fill("2026-03-09T12:00")
        page.get_by_label("Endstand des alten Zählers in m³").fill("10")
        page.get_by_label("Anfangsstand des neuen Zählers in m³").fill("0")
        page.get_by_role("button", name="Zählerwechsel erfassen").click()
        expect(page.get_by_role("alert")).to_contain_text("außerhalb des erwarteten Bereichs")
        page.get_by_label("Grund, falls ein Stand nicht zu erwarten war").fill("Zähler war defekt")
        photo = FilePayload(name="alt.png", mimeType="image/png", buffer=png())
        page.get_by_label("Foto des alten Zählers").set_input_files(photo)
        page.get_by_role("button", name="Zählerwechsel erfassen").click()
        expect(page.get_by_role("status")).to_contain_text("Der Zählerwechsel ist erfasst")
        picture = page.get_by_alt_text("Foto: alter Zähler")
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("naturalWidth", 1)
        assert [one.kind for one in fallen.operations.events.of_meter("gs-gas")] == ["exchange"]
        assert [one for one in guest.complaints if "422" not in one] == []
