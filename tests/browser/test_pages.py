"""The pages in a real Chromium under the real content security policy."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched, watched
from tests.unit.api.district import SmallDistrict

PAGES = (
    "/",
    "/liegenschaften/gs-test",
    "/liegenschaften/bauhof",
    "/zaehler/gs-strom",
    "/zaehler/gs-wasser?spanne=jahr",
    "/zaehler/gs-strom?spanne=tag&ab=2026-03-10",
    "/zaehler/gs-strom/herkunft?start=2025-12-01&end=2026-02-01",
    "/zaehler/gs-strom/verlauf",
    "/alarme",
    "/alarme/1",
    "/massnahmen",
    "/klimabilanz/2025",
    "/daten",
)
CHARTED = {"/liegenschaften/gs-test": 3, "/zaehler/gs-strom": 1, "/alarme/1": 1}

_CHECKS = (Path(__file__).parent / "checks.js").read_text()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_complains_or_asks_another_host(desk: Watched, path: str) -> None:
    desk.open(path)
    assert desk.complaints == []
    assert desk.foreign == []
    assert desk.asked


@pytest.mark.parametrize("path", CHARTED)
def test_charts_draw_without_eval(desk: Watched, path: str) -> None:
    page = desk.open(path)
    charts = page.locator(".chart")
    assert charts.count() == CHARTED[path]
    for chart in charts.all():
        expect(chart).to_have_attribute("data-drawn", "yes")
        assert chart.locator(".plot svg path, .plot svg rect").count() > 5
        box = chart.locator(".plot svg").bounding_box()
        assert box is not None
        assert box["width"] > 300


def test_a_tooltip_says_the_value_in_german(desk: Watched) -> None:
    page = desk.open("/zaehler/gs-strom")
    mark = page.locator(".plot .mark-rect path[fill='#E69F00']").nth(20)
    mark.hover()
    tooltip = page.locator("#vg-tooltip-element")
    expect(tooltip).to_have_class(re.compile("visible"))
    expect(tooltip).to_contain_text("Verbrauch (kWh)")
    expect(tooltip).to_contain_text("gemessen")
    assert desk.complaints == []


def test_the_bundle_of_the_charts_is_kept_for_a_year(desk: Watched) -> None:
    answers = []
    desk.page.on("response", lambda answer: answers.append(answer) if "vega.js" in answer.url else None)
    desk.open("/zaehler/gs-strom")
    assert re.search(r"/static/[0-9a-f]{16}/vega\.js$", answers[0].url)
    assert answers[0].headers["cache-control"] == "public, max-age=31536000, immutable"


def test_the_documentation_of_the_interface_comes_from_here_alone(desk: Watched) -> None:
    page = desk.page
    page.goto(f"{desk.url}/docs", wait_until="networkidle")
    expect(page.locator("#operations-readings-push_v1_readings_post")).to_be_visible()
    page.locator("#operations-operation-health_health_get button").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    assert desk.complaints == []
    assert desk.foreign == []


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(phone: Watched, path: str) -> None:
    page = phone.open(path)
    for details in page.locator("details").all():
        details.evaluate("(element) => { element.open = true; }")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_and_everything_has_a_name(browser: Browser, demo: str, path: str, scheme: str) -> None:
    colours = "dark" if scheme == "dark" else "light"
    with browser.new_context(locale="de-DE", color_scheme=colours) as context:  # type: ignore[arg-type]
        page = watched(context, demo).open(path)
        found = page.evaluate(f"() => {{ {_CHECKS}; return [...pale(), ...nameless(), ...small()]; }}")
        assert found == []


def test_the_keyboard_reaches_content_navigation_and_first_alert(desk: Watched) -> None:
    page = desk.open("/")
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim().split('\\n')[0]"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", reached[-1]
    assert reached[0] == "Zum Inhalt"
    assert reached[1:7] == ["Zählwerk", "Übersicht", "Alarme", "Maßnahmen", "Klimabilanz", "Daten"]
    assert "dringend" in reached[7]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/alarme/1$"))


def test_pages_work_without_any_script(browser: Browser, demo: str) -> None:
    with browser.new_context(locale="de-DE", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{demo}/liegenschaften/gs-test")
        expect(page.get_by_role("heading", level=1)).to_have_text("Grundschule Musterdorf")
        page.locator("summary").first.click()
        expect(page.locator("details[open] table").first).to_contain_text("Januar")


def test_a_page_prints_without_navigation_and_forms(desk: Watched) -> None:
    page = desk.open("/alarme/1")
    page.emulate_media(media="print")
    expect(page.locator("nav")).to_be_hidden()
    expect(page.get_by_role("button", name="Erledigt")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def _sign_in(page: Page, url: str, token: str) -> None:
    page.goto(f"{url}/alarme/1")
    page.get_by_label("Zugangsschlüssel").fill(token)
    page.get_by_role("button", name="Anmelden").click()


def test_a_facility_manager_signs_in_answers_and_signs_out(
    browser: Browser, guarded: str, district: SmallDistrict
) -> None:
    token = district.operations.tokens.create("Hausmeister Nord", "facility_manager")
    with browser.new_context(locale="de-DE", viewport={"width": 390, "height": 844}) as context:
        guest = watched(context, guarded)
        page = guest.page
        _sign_in(page, guarded, "zw_falsch")
        expect(page.get_by_role("alert")).to_contain_text("Diesen Schlüssel kennen wir nicht")
        _sign_in(page, guarded, token)
        expect(page).to_have_url(f"{guarded}/alarme/1")
        assert context.cookies()[0]["httpOnly"]
        page.get_by_label("Bemerkung (freiwillig)").fill("Firma kommt am Montag")
        page.get_by_role("button", name="Handwerker beauftragt").click()
        expect(page.locator(".log")).to_contain_text(
            "Handwerker beauftragt (Hausmeister Nord): Firma kommt am Montag"
        )
        page.reload()
        assert len(district.operations.alerts.log(1)) == 2
        page.get_by_role("button", name="Abmelden").click()
        expect(page.get_by_label("Zugangsschlüssel")).to_be_visible()
        assert guest.foreign == []
        assert [one for one in guest.complaints if "401" not in one] == []


def test_a_hand_reading_is_checked_before_it_is_taken(desk: Watched) -> None:
    page = desk.open("/zaehler/gs-wasser")
    expect(page.locator("#erwartet")).to_contain_text("Erwartet: zwischen 1.270,0 und")
    page.get_by_label("Zählerstand in m³").fill("99999")
    page.get_by_role("button", name="Ablesung speichern").click()
    expect(page.get_by_role("alert")).to_contain_text("außerhalb des erwarteten Bereichs")
    expect(page.get_by_label("Zählerstand in m³")).to_have_value("99999")
    page.get_by_label("Zählerstand in m³").fill("1.290,5")
    page.get_by_role("button", name="Ablesung speichern").click()
    expect(page.get_by_role("status")).to_contain_text("Gespeichert")


def test_fields_end_where_the_column_of_a_phone_ends(phone: Watched) -> None:
    page = phone.open("/zaehler/gs-strom")
    edge = page.locator("#ablesung").evaluate("(element) => element.parentElement.getBoundingClientRect().right")
    fields = page.locator("form.stacked input:not([type=hidden])")
    rights = fields.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().right)")
    assert max(rights) <= edge
