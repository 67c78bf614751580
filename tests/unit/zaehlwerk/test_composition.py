"""What is built from which settings."""

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.errors import (
    ConfigurationError,
    Conflict,
    InsufficientData,
    NotFound,
    StorageFull,
    Unreachable,
    ZaehlwerkError,
)
from config.meters.meter import Meter
from config.portfolio.portfolio import Portfolio
from config.settings import Settings, load_settings
from gateway.beside import BesideFile
from gateway.embedded import EmbeddedStore
from gateway.influx.store import InfluxStore
from gateway.reading import Identity, Reading, Refused, milliseconds
from gateway.spool import Spool
from tests.unit.zaehlwerk.conftest import NOW
from zaehlwerk.composition import open_house
from zaehlwerk.demo.mail_folder import MailFolder
from zaehlwerk.exits import exit_code_of
from zaehlwerk.intake import COLLECTOR_SPOOL, COMMANDS_FILE, SERVER_SPOOL
from zaehlwerk.noticing.telling import tell
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.simulating import simulated_part, steady_value
from zaehlwerk.processes.web import services_of
from zaehlwerk.writes_at_once import WritesAtOnce

READING = Reading("strom", "active_energy_import", 0, 1.0)
INFLUX = {
    "ZAEHLWERK_INFLUX_URL": "http://127.0.0.1:9",
    "ZAEHLWERK_INFLUX_TOKEN": "made-for-this-test",
    "ZAEHLWERK_INFLUX_ORG": "test",
    "ZAEHLWERK_INFLUX_BUCKET": "test",
}


def settings(state: Path, **environ: str) -> Settings:
    """Return settings with the state in a folder."""
    return load_settings({"ZAEHLWERK_STATE": str(state), **environ})


def test_without_influxdb_the_embedded_store_is_sink_and_store(district: Portfolio, tmp_path: Path) -> None:
    with open_house(settings(tmp_path), portfolio=district, spool_name=COLLECTOR_SPOOL) as house:
        assert isinstance(house.store, EmbeddedStore)
        assert house.sink is house.store
        assert house.spool is None


def test_with_influxdb_a_collector_appends_to_a_spool(district: Portfolio, tmp_path: Path) -> None:
    with open_house(settings(tmp_path, **INFLUX), portfolio=district, spool_name=COLLECTOR_SPOOL) as house:
        assert isinstance(house.store, InfluxStore)
        assert isinstance(house.spool, Spool)
        assert house.sink is house.spool


def test_with_influxdb_a_command_writes_at_once(district: Portfolio, tmp_path: Path) -> None:
    with open_house(settings(tmp_path, **INFLUX), portfolio=district) as house:
        assert isinstance(house.sink, WritesAtOnce)


def test_the_pages_show_what_the_web_server_refused_and_what_the_collector_refused(
    district: Portfolio, tmp_path: Path
) -> None:
    environ = settings(tmp_path, **INFLUX)
    for number, name in enumerate((SERVER_SPOOL, COLLECTOR_SPOOL)):
        with open_house(environ, portfolio=district, spool_name=name) as house:
            house.sink.append([], [Refused(name, "x", "not_json", "", b"{", number)])
    with open_house(environ, portfolio=district, spool_name=SERVER_SPOOL) as house:
        shown = services_of(house, Live()).refused(10)
    assert [one.source for one in shown] == [COLLECTOR_SPOOL, SERVER_SPOOL]


def test_what_is_kept_of_a_meter_is_worked_out_afresh_when_a_contradiction_is_told(
    district: Portfolio, tmp_path: Path
) -> None:
    with open_house(settings(tmp_path), portfolio=district) as house:
        meter = next(iter(house.portfolio.meters.values()))
        cache = house.books.daily_cache
        assert cache is not None
        for value in (1.0, 2.0):
            house.sink.append([Reading(meter.id, meter.quantity, milliseconds(NOW), value)])
            cache.derived_to.recall(meter.id, NOW.year, NOW.date, now=NOW)
        tell(house.intake, now=NOW)
        assert cache.derived_to.get(meter.id, NOW.year, now=NOW) is None


def test_without_a_portfolio_nothing_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--portfolio"), open_house(settings(tmp_path / "state")):
        pytest.fail("opened")
    assert not (tmp_path / "state").exists()


class AwayStore:
    """A store that does not answer."""

    def standing(self, readings: object) -> dict[Identity, float]:
        raise Unreachable("away")


def test_a_command_never_says_stored_while_the_store_is_away(tmp_path: Path) -> None:
    with closing(BesideFile(tmp_path / "beside.sqlite")) as beside, pytest.raises(StorageFull, match="stored: away"):
        WritesAtOnce(AwayStore(), beside).append([READING])  # type: ignore[arg-type]


def test_the_pages_show_what_a_command_refused_that_writes_into_influxdb(district: Portfolio, tmp_path: Path) -> None:
    environ = settings(tmp_path, **INFLUX)
    refused = Refused("file", "logger.csv:3", "future_time", "", b"x", 3)
    with closing(BesideFile(tmp_path / COMMANDS_FILE)) as beside:
        beside.refuse([refused])
    with open_house(environ, portfolio=district, spool_name=SERVER_SPOOL) as house:
        assert services_of(house, Live()).refused(10) == [refused]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("wrong"), 2),
        (NotFound("meter", "x"), 2),
        (InsufficientData("too little"), 3),
        (StorageFull("full"), 1),
        (Unreachable("away"), 1),
        (Conflict("no"), 1),
    ],
)
def test_the_exit_code_tells_who_has_to_do_something(error: ZaehlwerkError, code: int) -> None:
    assert exit_code_of(error) == code


def test_a_mail_into_the_folder_is_a_file_that_can_be_sent_twice(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Message-ID"] = "<alert-1-firing@example.org>"
    mail["Subject"] = "Wasser läuft"
    folder = MailFolder(tmp_path / "mails")
    folder.send(mail)
    folder.send(mail)
    (file,) = (tmp_path / "mails").iterdir()
    assert file.name == "alert-1-firing.eml"


def test_a_steady_meter_runs_and_wraps_as_its_register_does(district: Portfolio) -> None:
    for meter in district.meters.values():
        value = steady_value(meter, NOW)
        assert value is not None
        assert meter.digits is None or 0 <= value < 10**meter.digits
        assert value == round(value, 3)


def test_a_display_that_is_full_goes_on_at_zero_and_shows_no_further_digit() -> None:
    endless = Meter("strom", "schule", "electricity_import", "kWh", "active_energy_import")
    value = steady_value(endless, NOW)
    assert value is not None
    full_at = NOW + timedelta(hours=(10 - value % 10) / 2)
    shown = [
        steady_value(replace(endless, digits=1), full_at + timedelta(seconds=one / 10)) for one in range(-40, 41)
    ]
    assert {one for one in shown if one is not None and not 0.002 < one < 9.998} >= {9.999, 0.0, 0.001}
    assert 10.0 not in shown


def test_what_nobody_simulates_is_counted(district: Portfolio) -> None:
    told = simulated_part(district)
    assert re.fullmatch(r"\d+ meters on \d+ buses and \d+ behind \d+ brokers(; \d+ others are .*)?", told)
