"""`import readings`: what is stored, replaced, refused and said."""

import json
from pathlib import Path

from tests.unit.zaehlwerk.commands.calls import CSV, call, events, imported


def test_imported_readings_are_printed_as_one_document(house: Path) -> None:
    assert imported(house).exit_code == 0
    document = json.loads(call("readings", "strom", "--start", "2024-03-02", "--end", "2024-03-03", "--json").stdout)
    assert document == {
        "meter": "strom",
        "quantity": "active_energy_import",
        "unit": "kWh",
        "readings": [{"time": "2024-03-02T00:00:00+01:00", "value": 124.5}],
    }


def test_a_file_whose_name_is_no_utf_8_is_imported_and_what_it_replaces_and_refuses_is_kept(house: Path) -> None:
    imported(house)
    file = house / "st\udce4nde.csv"  # as a zip from an old Windows leaves it
    file.write_text(CSV.replace("124.5", "125") + "2024-03-04T00:00+01:00,x\n", encoding="utf-8")

    answer = call("import", "readings", str(file), "--meter", "strom")

    assert answer.exit_code == 1  # one line is refused
    assert "1 stored value replaced, 0 without value, 1 refused" in answer.stdout
    assert len(events("strom", "duplicate_conflict")) == 1


def test_what_was_imported_is_told_in_local_time(house: Path) -> None:
    assert "from 2024-03-01T00:00:00+01:00 to 2024-03-03T00:00:00+01:00" in imported(house).stdout


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


def test_a_dry_run_gives_no_sum_of_a_counter_that_falls_within_the_file(house: Path) -> None:
    file = house / "readings.csv"
    rows = "2024-03-01T00:00+01:00,99990\n2024-03-02T00:00+01:00,5\n2024-03-03T00:00+01:00,20\n"
    file.write_text(f"time,value\n{rows}", encoding="utf-8")
    answer = call("import", "readings", str(file), "--meter", "strom", "--dry-run")
    assert answer.stdout.splitlines()[-3].split()[-2:] == ["–", "kWh"]
    assert "the counter of strom falls within the file" in answer.stderr


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


def test_a_line_of_the_future_is_an_event_of_the_meter(house: Path) -> None:
    assert imported(house, CSV + "2199-01-01T00:00+01:00,999\n").exit_code == 1

    assert [event["state"] for event in events("strom", "future_reading")] == ["noticed"]


def test_a_bad_line_is_named_and_the_others_are_stored(house: Path) -> None:
    answer = imported(house, CSV + "2024-03-04T00:00+01:00,many\n")
    assert answer.exit_code == 1
    assert "line 5" in answer.stderr
    assert "3 stored" in answer.stdout


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


def test_a_load_profile_for_a_meter_that_is_counted_by_its_register_is_pointed_out(house: Path) -> None:
    file = house / "profile.csv"
    file.write_text("time,value\n2024-03-01T00:15+01:00,1.5\n2024-03-01T00:30+01:00,2\n", encoding="utf-8")
    asked = ("--meter", "strom", "--quantity", "interval_energy")
    for dry in ((), ("--dry-run",)):
        answer = call("import", "readings", str(file), *asked, *dry)
        assert answer.exit_code == 0
        assert "so interval_energy is kept beside it and stands in no figure" in answer.stderr
    assert "stands in no figure" not in imported(house).stderr
