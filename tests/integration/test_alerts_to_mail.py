"""From readings in a real store through the rules to a mail that a real SMTP server took."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from alerts.channels.smtp import SmtpChannel
from alerts.delivery import Delivery
from alerts.evaluation import evaluate_due
from analysis.books import Books
from config.meters.meter import Dated
from config.portfolio.portfolio import Tariff
from config.portfolio.properties import Measure, Period
from gateway.embedded import EmbeddedStore
from gateway.operations import AlertState, Operations
from gateway.reading import Reading, milliseconds
from tests.servers.smtp import SmtpServer
from tests.unit.alerts.district import meter, portfolio, water_meter

# Monday morning, half past six in Berlin.
MORNING = datetime(2026, 3, 2, 5, 31, tzinfo=UTC)
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
LEAK_M3_H = 0.42
DISTRICT = portfolio(water_meter(), meter("gs-strom"))


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    store = EmbeddedStore(tmp_path / "readings.sqlite")
    operations = Operations(f"sqlite:///{tmp_path}/operations.sqlite", clock=lambda: MORNING)
    operations.upgrade()
    yield Books(DISTRICT, store, operations, {})
    operations.close()
    store.close()


@pytest.fixture
def operations(books: Books) -> Operations:
    assert isinstance(books.operations, Operations)
    return books.operations


def record(books: Books, start: datetime, end: datetime, *, flow_m3_h: float, electricity: bool = True) -> None:
    """Continue the counters from `start` to `end` every quarter of an hour."""
    newest = books.store.newest().get(("gs-wasser", "volume"))
    volume_m3 = newest.value if newest else 1000.0
    readings = []
    at = start
    while at <= end:
        readings.append(Reading("gs-wasser", "volume", milliseconds(at), round(volume_m3, 3)))
        if electricity:
            hours = (at - MORNING) / timedelta(hours=1)
            readings.append(Reading("gs-strom", "active_energy_import", milliseconds(at), 50_000 + 4 * hours))
        volume_m3 += flow_m3_h / 4
        at += QUARTER
    books.store.write(readings)


def leak_for(books: Books, days: int) -> None:
    record(books, MORNING - 9 * DAY, MORNING - days * DAY, flow_m3_h=0.0)
    record(books, MORNING - days * DAY, MORNING + DAY, flow_m3_h=LEAK_M3_H)


def test_a_leak_of_three_nights_reaches_the_facility_manager(
    books: Books, operations: Operations, smtp_server: SmtpServer
) -> None:
    leak_for(books, 3)
    evaluate_due(books, operations, now=MORNING)
    delivery = Delivery(operations, SmtpChannel(smtp_server.url), lambda: MORNING, public_url="https://z.example.org")
    asyncio.run(delivery.deliver_due(MORNING))
    (received,) = smtp_server.wait_for_mails(1)
    mail = received.message
    assert mail["Subject"] == "Grundschule Musterdorf: Wasser läuft nachts durch (0,42 m³/h, 3. Nacht)"
    body = mail.get_body(("plain",))
    assert body is not None
    told = body.get_content()
    assert "etwa 43\u202f€ am Tag" in told
    assert "Was jetzt zu tun ist:" in told
    (alert,) = operations.alerts.list_open()
    assert f"https://z.example.org/alarme/{alert.id}?antwort=handwerker" in told
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert len(bytes(picture.get_content())) > 1000


def test_a_leak_that_began_while_the_service_was_stopped_is_found_on_return(
    books: Books, operations: Operations
) -> None:
    leak_for(books, 4)
    evaluate_due(books, operations, now=MORNING - 4 * DAY)
    assert operations.alerts.list() == []
    evaluate_due(books, operations, now=MORNING)
    (alert,) = [one for one in operations.alerts.list_open() if one.rule == "water_runs_at_night"]
    assert alert.state is AlertState.FIRING
    outcomes = [row.outcome.value for row in operations.judgements.newest(1000) if row.rule == "water_runs_at_night"]
    assert outcomes == ["firing", "firing", "pending", "pending", "clear"]
    assert len(operations.outbox.list()) == 1


def test_a_water_meter_that_dies_keeps_its_leak_open_and_adds_its_silence(
    books: Books, operations: Operations
) -> None:
    leak_for(books, 3)
    evaluate_due(books, operations, now=MORNING)
    later = MORNING + 3 * DAY
    books.store.write([Reading("gs-strom", "active_energy_import", milliseconds(later - QUARTER), 51_000.0)])
    evaluate_due(books, operations, now=later)
    states = {one.rule: one.state for one in operations.alerts.list_open() if one.subject == "gs-wasser"}
    assert states == {"water_runs_at_night": AlertState.NO_DATA, "meter_silent": AlertState.FIRING}


def test_a_silent_meter_is_told_with_its_last_readings(
    books: Books, operations: Operations, smtp_server: SmtpServer
) -> None:
    record(books, MORNING - 3 * DAY, MORNING - 2 * DAY, flow_m3_h=0.0)
    record(books, MORNING - 2 * DAY + QUARTER, MORNING, flow_m3_h=0.0, electricity=False)
    evaluate_due(books, operations, now=MORNING)
    asyncio.run(Delivery(operations, SmtpChannel(smtp_server.url), lambda: MORNING).deliver_due(MORNING))
    (received,) = smtp_server.wait_for_mails(1)
    assert received.message["Subject"] == (
        "Grundschule Musterdorf: Zähler „GS-STROM“ meldet nicht mehr (seit 47 Stunden)"
    )
    assert "image/png" in {part.get_content_type() for part in received.message.walk()}


LIGHTS = Measure(
    id="licht",
    property_id="gs",
    title="LED in allen Klassen",
    medium_id="electricity_import",
    baseline=Period(date(2024, 6, 1), date(2025, 6, 1)),
    works=Period(date(2025, 6, 1), date(2025, 7, 1)),
    expected_saving_percent=Decimal(20),
    status="done",
)


def test_a_measure_that_saves_nothing_is_told_after_the_month(
    books: Books, operations: Operations, smtp_server: SmtpServer
) -> None:
    school = replace(DISTRICT.property("gs"), measures=(LIGHTS,))
    tariff = Tariff("electricity_import", (Dated(None, Decimal("0.30")),))
    declared = replace(DISTRICT, properties=(school,), tariffs=(tariff,))
    third_of_march = MORNING + DAY
    hours = (third_of_march - datetime(2024, 5, 31, tzinfo=UTC)) // timedelta(hours=1)
    starts = [third_of_march - timedelta(hours=hour) for hour in range(hours)]
    books.store.write(
        [
            Reading("gs-strom", "active_energy_import", milliseconds(at), 100_000 + 4.0 * (hours - hour))
            for hour, at in enumerate(starts)
        ]
    )
    evaluate_due(replace(books, portfolio=declared), operations, now=third_of_march)
    asyncio.run(Delivery(operations, SmtpChannel(smtp_server.url), lambda: MORNING).deliver_due(third_of_march))
    (alert,) = [one for one in operations.alerts.list_open() if one.rule == "measure_target_missed"]
    assert alert.cost_eur_per_day == pytest.approx(4 * 24 * 0.20 * 0.30, rel=0.02)
    subjects = [mail.message["Subject"] for mail in smtp_server.wait_for_mails(1)]
    assert subjects == [
        "Grundschule Musterdorf: Maßnahme „LED in allen Klassen“ verfehlt ihr Ziel (0 % statt 20 % Einsparung)"
    ]
