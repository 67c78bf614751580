"""The commands as a person calls them: what they print, and how they end."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.portfolios import write_portfolio
from tests.unit.gateway.pictures import jpeg
from zaehlwerk.command_line import app

METERS: list[dict[str, Any]] = [
    {"id": "strom", "medium": "electricity_import", "unit": "kWh", "interval": "PT1H", "source": {"push": True}},
    {"id": "wasser", "medium": "water", "unit": "m3", "maximum_m3_h": 5, "source": {"by_hand": "P1M"}},
]
CSV = "time,value\n2024-03-01T00:00+01:00,100\n2024-03-02T00:00+01:00,124.5\n2024-03-03T00:00+01:00,150\n"


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portfolio and a state folder, found through the environment."""
    portfolio = write_portfolio(tmp_path / "portfolio", sources=[], meters=METERS)
    monkeypatch.setenv("ZAEHLWERK_PORTFOLIO", str(portfolio))
    monkeypatch.setenv("ZAEHLWERK_STATE", str(tmp_path / "state"))
    return tmp_path


def call(*arguments: str) -> Result:
    """Call `zaehlwerk`."""
    return CliRunner().invoke(app, arguments)


def imported(folder: Path, text: str = CSV, *, meter: str = "strom") -> Result:
    """Import a file of readings."""
    file = folder / "readings.csv"
    file.write_text(text, encoding="utf-8")
    return call("import", "readings", str(file), "--meter", meter)


def events(meter: str, kind: str) -> list[dict[str, Any]]:
    """Return a meter's events of one kind."""
    found = json.loads(call("events", meter, "--json").stdout)["events"]
    return [one for one in found if one["kind"] == kind]


def test_a_fresh_starter_portfolio_passes_the_check(house: Path) -> None:
    assert call("init", str(house / "mine")).exit_code == 0
    checked = call("check", "--portfolio", str(house / "mine"))
    assert checked.exit_code == 0
    assert len(checked.stdout.splitlines()) == 1


def test_init_leaves_a_portfolio_alone(house: Path) -> None:
    before = (house / "portfolio" / "district.yaml").read_bytes()
    assert call("init", str(house / "portfolio")).exit_code == 1
    assert (house / "portfolio" / "district.yaml").read_bytes() == before


def test_check_names_every_mistake_with_its_line_and_exits_2(house: Path) -> None:
    school = house / "portfolio" / "properties" / "schule.yaml"
    school.write_text(school.read_text().replace("medium: water", "medium: watr").replace("net_floor_m2", "floor"))
    checked = call("check")
    assert checked.exit_code == 2
    assert checked.stdout == ""
    mistakes = checked.stderr.splitlines()
    assert len(mistakes) == 2
    assert all("schule.yaml:" in line for line in mistakes)


def test_a_wrong_setting_is_named_and_exits_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAEHLWERK_PUBLIC_URL", "gopher://x")
    monkeypatch.setenv("ZAEHLWERK_LANGUAGE", "fr")
    checked = call("check")
    assert checked.exit_code == 2
    assert "ZAEHLWERK_PUBLIC_URL" in checked.stderr
    assert "ZAEHLWERK_LANGUAGE" in checked.stderr


def test_no_portfolio_at_all_tells_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZAEHLWERK_PORTFOLIO")
    checked = call("check")
    assert checked.exit_code == 2
    assert "--portfolio" in checked.stderr


@pytest.mark.parametrize("command", ["readings", "consumption", "events"])
def test_an_unknown_meter_is_answered_with_the_closest_one(command: str) -> None:
    answer = call(command, "strm")
    assert answer.exit_code == 2
    assert "did you mean 'strom'?" in answer.stderr


def test_imported_readings_are_printed_as_one_document(house: Path) -> None:
    assert imported(house).exit_code == 0
    document = json.loads(call("readings", "strom", "--start", "2024-03-02", "--end", "2024-03-03", "--json").stdout)
    assert document == {
        "meter": "strom",
        "quantity": "active_energy_import",
        "unit": "kWh",
        "readings": [{"time": "2024-03-02T00:00:00+01:00", "value": 124.5}],
    }


def test_what_was_imported_is_told_in_local_time(house: Path) -> None:
    assert "from 2024-03-01T00:00:00+01:00 to 2024-03-03T00:00:00+01:00" in imported(house).stdout


def test_a_total_reads_like_the_table_above_it(house: Path) -> None:
    imported(house)
    answer = call("consumption", "strom", "--start", "2024-03-01", "--end", "2024-03-03")
    assert "Summe 50,000 kWh" in answer.stderr
    first = answer.stdout.splitlines()[1]
    assert first.split(maxsplit=4)[:4] == ["◐", "01.03.2024", "24,500", "gemessen"]


def test_importing_the_same_again_changes_nothing(house: Path) -> None:
    assert "3 stored" in imported(house).stdout
    assert "0 stored, 3 known already" in imported(house).stdout


def test_a_dry_run_stores_nothing(house: Path) -> None:
    file = house / "readings.csv"
    file.write_text(CSV, encoding="utf-8")
    answer = call("import", "readings", str(file), "--meter", "strom", "--dry-run")
    assert answer.exit_code == 0
    assert "3 to be stored (dry run)" in answer.stdout
    assert json.loads(call("readings", "strom", "--start", "2024-01-01", "--json").stdout)["readings"] == []


def test_readings_further_apart_than_their_meter_declares_are_pointed_out(house: Path) -> None:
    answer = imported(house)
    assert "readings of strom are 1440 minutes apart on average, and its interval is 60" in answer.stderr
    hourly = "".join(f"2024-03-04T{hour:02}:00+01:00,{150 + hour}\n" for hour in range(24))
    assert "apart on average" not in imported(house, f"time,value\n{hourly}").stderr


def test_no_table_can_be_read_as_a_thousandth(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T00:00+01:00,4000\n2024-03-02T00:00+01:00,4001.5\n")
    printed = call("readings", "strom", "--start", "2024-03-01", "--end", "2024-03-02").stdout
    assert "4000.000" in printed
    assert "," not in printed


def test_a_dry_run_says_how_many_stored_values_would_be_replaced_and_replaces_none(house: Path) -> None:
    imported(house)
    file = house / "readings.csv"
    file.write_text(
        CSV.replace("124.5", "125").replace("150", "151") + "2024-03-04T00:00+01:00,170\n", encoding="utf-8"
    )
    command = ("import", "readings", str(file), "--meter", "strom", "--dry-run")

    assert "4 to be stored (dry run), 2 stored values would be replaced" in call(*command).stdout
    assert json.loads(call(*command, "--json").stdout)["replaced"] == 2
    assert events("strom", "duplicate_conflict") == []


def test_a_corrected_file_replaces_and_the_meters_events_say_what(house: Path) -> None:
    imported(house)
    answer = imported(house, CSV.replace("124.5", "125"))

    assert "1 stored, 2 known already, 1 stored value replaced" in answer.stdout
    (event,) = events("strom", "duplicate_conflict")
    assert (event["state"], event["detail"]) == ("proposed", "1 Wert ersetzt: 124,5 → 125 kWh")


def test_a_rejected_replacement_puts_the_former_value_back_and_undoing_that_the_new_one(house: Path) -> None:
    imported(house)
    imported(house, CSV.replace("124.5", "125"))
    (event,) = events("strom", "duplicate_conflict")

    def stored() -> list[float]:
        found = json.loads(call("readings", "strom", "--start", "2024-01-01", "--json").stdout)["readings"]
        return [one["value"] for one in found]

    before = stored()
    assert call("event", "reject", event["id"]).exit_code == 0
    assert [one for one in stored() if one not in before] == [124.5]
    assert [one["state"] for one in events("strom", "duplicate_conflict")] == ["rejected"]
    assert call("event", "undo", event["id"]).exit_code == 0
    assert stored() == before
    assert [one["state"] for one in events("strom", "duplicate_conflict")] == ["proposed"]


def test_a_line_of_the_future_is_an_event_of_the_meter(house: Path) -> None:
    assert imported(house, CSV + "2199-01-01T00:00+01:00,999\n").exit_code == 1

    assert [event["state"] for event in events("strom", "future_reading")] == ["noticed"]


def test_a_hand_reading_of_the_future_is_refused_and_an_event_of_the_meter() -> None:
    assert call("read", "wasser", "90", "--at", "2199-05-20T08:00").exit_code == 2

    assert len(events("wasser", "future_reading")) == 1


def test_a_bad_line_is_named_and_the_others_are_stored(house: Path) -> None:
    answer = imported(house, CSV + "2024-03-04T00:00+01:00,many\n")
    assert answer.exit_code == 1
    assert "line 5" in answer.stderr
    assert "3 stored" in answer.stdout


def test_consumption_prints_its_slots_as_the_contract_says(house: Path) -> None:
    imported(house)
    answer = call("consumption", "strom", "--start", "2024-03-01", "--end", "2024-03-03", "--json")
    assert answer.exit_code == 0
    document = json.loads(answer.stdout)
    assert {key: document[key] for key in ("meter", "unit", "resolution", "time_zone", "total")} == {
        "meter": "strom",
        "unit": "kWh",
        "resolution": "P1D",
        "time_zone": "Europe/Berlin",
        "total": 50,
    }
    first, second = document["slots"]
    assert (first["start"], first["end"], first["value"]) == (
        "2024-03-01T00:00:00+01:00",
        "2024-03-02T00:00:00+01:00",
        24.5,
    )
    assert second["value"] == 25.5


def test_consumption_of_a_time_without_readings_exits_3() -> None:
    answer = call("consumption", "strom", "--start", "2020-01-01", "--end", "2020-01-03", "--json")
    assert answer.exit_code == 3
    assert [slot["value"] for slot in json.loads(answer.stdout)["slots"]] == [None, None]


def test_a_wrong_date_is_no_traceback() -> None:
    answer = call("consumption", "strom", "--start", "gestern")
    assert answer.exit_code == 2
    assert "allowed: 2026-03-01" in answer.stderr


def test_a_hand_reading_is_stored_unless_it_cannot_be(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T08:00,100\n2024-04-01T08:00,130\n", meter="wasser")
    assert call("read", "wasser", "155,5", "--at", "2024-05-01T08:00").exit_code == 0
    refused = call("read", "wasser", "90", "--at", "2024-05-20T08:00")
    assert refused.exit_code == 2
    assert "155.5" in refused.stderr
    forced = call("read", "wasser", "90", "--at", "2024-05-20T08:00", "--force", "Zähler getauscht")
    assert forced.exit_code == 0
    stored = json.loads(call("readings", "wasser", "--start", "2024-05-01", "--end", "2024-06-01", "--json").stdout)
    assert [one["value"] for one in stored["readings"]] == [155.5, 90.0]


def test_consumption_as_csv_leaves_a_gap_empty(house: Path) -> None:
    imported(house)
    answer = call("consumption", "strom", "--start", "2024-03-02", "--end", "2024-03-04", "--csv")
    assert answer.stdout.splitlines() == [
        "start,end,value_kWh,quality,coverage",
        "2024-03-02T00:00:00+01:00,2024-03-03T00:00:00+01:00,25.500000,measured,0.0",
        "2024-03-03T00:00:00+01:00,2024-03-04T00:00:00+01:00,,missing,0.0",
    ]


FALL = "time,value\n" + "".join(
    f"2024-03-{day:02}T00:00+01:00,{value}\n" for day, value in enumerate((900, 910, 5, 15, 25), 1)
)


def test_an_event_is_decided_from_the_command_line_and_taken_back(house: Path) -> None:
    imported(house, FALL)
    found = json.loads(call("events", "strom", "--json").stdout)["events"]
    (fell,) = (one for one in found if one["kind"] == "exchange_suspected")
    span = ("consumption", "strom", "--start", "2024-03-01", "--end", "2024-03-05", "--json")
    assert json.loads(call(*span).stdout)["total"] == 30
    answer = call("event", "accept", fell["id"], "--old-end", "915", "--new-start", "0", "--comment", "getauscht")
    assert (answer.exit_code, answer.stderr.strip()) == (0, f"accepted: {fell['id']}, now an exchange")
    assert json.loads(call(*span).stdout)["total"] == 35 + 5
    assert call("event", "reject", fell["id"]).exit_code == 1
    assert call("event", "undo", fell["id"]).exit_code == 0
    assert json.loads(call(*span).stdout)["total"] == 30
    assert call("event", "reject", fell["id"]).exit_code == 0


def test_an_event_that_is_none_is_a_wrong_call(house: Path) -> None:
    imported(house, FALL)
    for step in ("accept", "reject", "undo"):
        assert call("event", step, "strom:gap:1").exit_code == 2


def test_an_exchange_outside_of_these_readings_is_a_wrong_call(house: Path) -> None:
    imported(house, FALL)
    found = json.loads(call("events", "strom", "--json").stdout)["events"]
    (fell,) = (one["id"] for one in found if one["kind"] == "exchange_suspected")
    assert call("event", "accept", fell, "--at", "2024-01-01").exit_code == 2


def test_an_exchange_with_an_unexpected_end_needs_a_reason_and_takes_photos(house: Path) -> None:
    imported(house, FALL)
    photo = house / "alt.jpg"
    photo.write_bytes(jpeg())
    told = ["exchange", "strom", "--at", "2024-03-02T12:00", "--old-end", "800", "--new-start", "0"]
    refused = call(*told)
    assert refused.exit_code == 2
    assert "expected end of the old device: 910.0 to" in refused.stderr
    assert call(*told, "--reason", "verschmutzt", "--photo-old", str(photo)).exit_code == 0
    events = json.loads(call("events", "strom", "--json").stdout)["events"]
    (event,) = (one for one in events if one["kind"] == "exchange")
    assert [one["shows"] for one in event["photos"]] == ["old"]
    assert len([path for path in (house / "state" / "photos").rglob("*") if path.is_file()]) == 1
    assert call(*told, "--reason", "doch", "--corrects", event["id"], "--old-end", "915").exit_code == 0


def test_an_exchange_lets_consumption_go_on(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T00:00+01:00,990\n2024-03-02T00:00+01:00,1000\n2024-03-04T00:00+01:00,8\n")
    exchange = ("exchange", "strom", "--at", "2024-03-02T12:00", "--old-end", "1004", "--new-start", "2")
    assert call(*exchange).exit_code == 0
    document = json.loads(
        call("consumption", "strom", "--start", "2024-03-01", "--end", "2024-03-04", "--json").stdout
    )
    assert document["total"] == 20
    events = json.loads(call("events", "strom", "--json").stdout)["events"]
    assert ("exchange", "recorded") in {(event["kind"], event["state"]) for event in events}


def test_kpis_measures_and_alerts_are_json_lists(house: Path) -> None:
    imported(house)
    (kpis,) = json.loads(call("kpis", "2024", "--json").stdout)
    assert (kpis["property"], kpis["year"]) == ("schule", 2024)
    assert {"value", "unit", "coverage"} <= kpis["figures"]["electricity_kwh"].keys()
    assert json.loads(call("measures", "--json").stdout) == []
    assert json.loads(call("alerts", "--json").stdout) == []


def test_the_balance_is_exported_as_csv_and_as_json(house: Path) -> None:
    imported(house)
    heading = call("export", "balance", "2024").stdout.splitlines()[0].split(",")
    assert heading[:5] == ["year", "ars", "sector", "group", "carrier"]
    document = json.loads(call("export", "balance", "2024", "--format", "json").stdout)
    assert (document["year"], document["factor_set"]) == (2024, "bisko")
    assert call("export", "balance", "2024", "--factor-set", "bisk").exit_code == 2


def test_a_revoked_token_is_listed_as_such_and_opens_nothing() -> None:
    call("token", "create", "büro", "--role", "reader")
    assert call("token", "revoke", "1").exit_code == 0
    (row,) = call("token", "list").stdout.splitlines()[1:]
    created, revoked = row.split()[-2:]
    assert created == revoked
    assert call("token", "revoke", "2").exit_code == 2


def test_a_token_is_printed_alone_so_that_a_script_can_take_it() -> None:
    made = call("token", "create", "büro", "--role", "climate_manager")
    assert made.exit_code == 0
    assert made.stdout.strip().startswith("zw_")
    assert len(made.stdout.splitlines()) == 1


def test_an_unknown_role_is_answered_with_the_closest_one() -> None:
    answer = call("token", "create", "büro", "--role", "climate")
    assert answer.exit_code == 2
    assert "climate_manager" in answer.stderr


def test_what_comes_close_to_no_role_is_answered_with_all_of_them() -> None:
    answer = call("token", "create", "büro", "--role", "chef")
    assert answer.exit_code == 2
    assert "(allowed: device, reader, facility_manager, climate_manager, administrator)" in answer.stderr


def test_words_of_a_device_are_decoded() -> None:
    words = ("--address", "72", "--words", "0x449A,0x522B")
    document = json.loads(call("profiles", "decode", "eastron_sdm630_v2", *words, "--json").stdout)
    (reading,) = document["readings"]
    assert (reading["quantity"], reading["unit"], reading["address"]) == ("active_energy_import", "kWh", 72)
    assert reading["value"] == pytest.approx(1234.5677)


def test_an_unknown_profile_is_answered_with_the_closest_one() -> None:
    answer = call("profiles", "show", "eastron_sdm630")
    assert answer.exit_code == 2
    assert "eastron_sdm630_v2" in answer.stderr


def test_profiles_are_listed() -> None:
    listed = json.loads(call("profiles", "list", "--json").stdout)
    assert "eastron_sdm630_v2" in {one["id"] for one in listed}


def test_an_evaluation_says_what_it_did(house: Path) -> None:
    imported(house)
    answer = call("evaluate", "--at", "2024-03-10T12:00")
    assert answer.exit_code == 0
    assert "judged" in answer.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        ("--digits", "60"),
        ("--factor", "-3"),
        ("--factor", "1e99"),
        ("--old-end", "-5"),
        ("--old-end", "1e999999"),
        ("--at", "2199-01-01"),
    ],
)
def test_an_exchange_that_cannot_be_is_not_recorded(wrong: tuple[str, str]) -> None:
    given = {"--at": "2024-03-02T12:00", "--old-end": "1004", "--new-start": "2"} | dict([wrong])
    answer = call("exchange", "strom", *(word for option in given.items() for word in option))
    assert answer.exit_code == 2
    assert json.loads(call("events", "strom", "--json").stdout)["events"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        ("kpis", "99999"),
        ("kpis", "0"),
        ("export", "balance", "9999"),
        ("consumption", "strom", "--start", "0001-01-01"),
        ("readings", "strom", "--end", "9999-12-31T23:59:59-14:00"),
        ("evaluate", "--at", "0001-01-01"),
        ("evaluate", "--at", "2199-01-01"),
    ],
)
def test_a_time_out_of_this_world_is_a_wrong_call(wrong: tuple[str, ...]) -> None:
    assert call(*wrong).exit_code == 2


@pytest.mark.parametrize("command", [("alerts",), ("token", "create", "x", "--role", "reader")])
def test_a_state_folder_that_cannot_be_made_is_said_in_a_line(house: Path, command: tuple[str, ...]) -> None:
    (house / "file").write_text("")
    answer = call(*command, "--state", str(house / "file" / "state"))
    assert answer.exit_code == 2
    assert "cannot be the state folder" in answer.stderr


def test_a_starter_portfolio_that_cannot_be_written_is_said_in_a_line(house: Path) -> None:
    (house / "file").write_text("")
    answer = call("init", str(house / "file" / "mine"))
    assert answer.exit_code == 1
    assert len(answer.stderr.splitlines()) == 1


def test_a_damaged_operations_database_is_said_in_a_line(house: Path) -> None:
    (house / "state").mkdir(exist_ok=True)
    (house / "state" / "operations.sqlite").write_bytes(b"no database at all, " * 1000)
    answer = call("alerts")
    assert answer.exit_code == 2
    assert "restore it from a backup" in answer.stderr


@pytest.mark.parametrize("url", ["nonsense", "foo://bar", "sqlite+nothing:///x"])
def test_a_database_url_that_names_none_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ZAEHLWERK_DATABASE_URL", url)
    answer = call("alerts")
    assert answer.exit_code == 2
    assert "ZAEHLWERK_DATABASE_URL" in answer.stderr


def test_a_line_outside_the_calendar_is_named_and_the_others_stored(house: Path) -> None:
    text = "time,value\n2024-03-01T00:00,1\n0001-01-01T00:00,2\n9999-12-31T23:59,3\n"
    answer = imported(house, text)
    assert answer.exit_code == 1
    assert "1 stored" in answer.stdout
    assert answer.stderr.count("no_time") + answer.stderr.count("future_time") == 2


def test_a_mapping_that_was_saved_is_used_again(house: Path) -> None:
    file, mapping = house / "lastgang.csv", house / "lastgang.mapping.yaml"
    file.write_bytes("Zeit;Wirkleistung [kW]\n01.03.2024 00:15;4,0\n01.03.2024 00:30;6,0\n".encode("cp1252"))
    first = call("import", "readings", str(file), "--meter", "strom", "--dry-run", "--save-mapping", str(mapping))
    assert (first.exit_code, "look at this: kW is taken as the mean" in first.stderr) == (0, True)
    assert "the stamps are 0:15:00 apart, the interval of strom is 1:00:00" in first.stderr
    assert "2024-03-01T00:15:00+01:00  strom  interval_energy" in first.stdout
    again = call("import", "readings", str(file), "--mapping", str(mapping), "--json")
    assert [one["total"] for one in json.loads(again.stdout)["series"]] == [2.5]


def test_a_file_that_can_be_read_in_two_ways_names_the_option(house: Path) -> None:
    answer = imported(house, "Zeit;Stand\n01.03.2024;1.234\n")
    assert (answer.exit_code, "--decimal" in answer.stderr) == (2, True)


def test_a_mistake_in_a_mapping_is_named_with_its_line(house: Path) -> None:
    (house / "wrong.yaml").write_text("time: {column: Zeit}\nvalues: [{column: Stand, meter: storm}]\n", "utf-8")
    (house / "a.csv").write_text("Zeit;Stand\n", encoding="utf-8")
    answer = call("import", "readings", str(house / "a.csv"), "--mapping", str(house / "wrong.yaml"))
    assert answer.exit_code == 2
    assert "wrong.yaml:2: values[0].meter: no meter has the id 'storm', did you mean 'strom'?" in answer.stderr


def test_the_expected_range_is_said_before_a_reading_is_taken(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T08:00,100\n2024-04-01T08:00,130\n", meter="wasser")
    answer = call("read", "wasser", "135", "--at", "2024-04-02T08:00")
    assert answer.stderr.startswith("expected: 130.0 to ")
    assert call("read", "wasser", "136", "--at", "2024-04-02T08:00").exit_code == 2
    corrected = call("read", "wasser", "136", "--at", "2024-04-02T08:00", "--force", "Zahlendreher")
    assert corrected.exit_code == 0


def test_rebuild_counts_new_days_first_and_then_finds_nothing_changed(house: Path) -> None:
    imported(house)
    first, again = call("rebuild"), call("rebuild", "--meter", "strom", "--from", "2024-03-02")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout == "2 meters derived again: 0 days changed, 2 were not derived yet\n"
    assert again.stdout == "1 meters derived again: 0 days changed\n"


def test_rebuild_after_an_import_that_nobody_has_looked_at_yet_counts_no_change(house: Path) -> None:
    imported(house)
    call("rebuild")
    imported(house, "time,value\n2024-03-04T00:00+01:00,190\n")
    assert call("rebuild").stdout == "2 meters derived again: 0 days changed, 1 were not derived yet\n"


@pytest.mark.parametrize("wrong", [("--meter", "stom"), ("--from", "gestern")])
def test_rebuild_of_what_is_not_there_is_a_wrong_call(house: Path, wrong: tuple[str, str]) -> None:
    assert call("rebuild", *wrong).exit_code == 2
