"""`kpis`, `measures`, `balance`, `alerts` and `evaluate`."""

import json
import re
from pathlib import Path

from tests.unit.zaehlwerk.commands.calls import call, imported


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


def test_a_balance_without_the_regional_key_says_so_and_puts_nothing_in_its_place(house: Path) -> None:
    imported(house)
    answer = call("export", "balance", "2024")
    assert {line.split(",")[1] for line in answer.stdout.splitlines()[1:]} == {""}
    assert "declare `ars`" in answer.stderr
    district = house / "portfolio" / "district.yaml"
    district.write_text(
        re.sub("kind: [a-z]+", 'kind: district\n  ars: "073350000000"', district.read_text(), count=1)
    )
    answer = call("export", "balance", "2024")
    assert {line.split(",")[1] for line in answer.stdout.splitlines()[1:]} == {"073350000000"}
    assert "ars" not in answer.stderr


def test_an_evaluation_says_what_it_did(house: Path) -> None:
    imported(house)
    answer = call("evaluate", "--at", "2024-03-10T12:00")
    assert answer.exit_code == 0
    assert "judged" in answer.stdout
