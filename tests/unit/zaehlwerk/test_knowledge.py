"""`completeness` and `submeters` as a person calls them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.portfolios import write_portfolio
from zaehlwerk.command_line import app

METERS: list[dict[str, Any]] = [
    {"id": "strom", "medium": "electricity_import", "unit": "kWh", "interval": "P1D", "source": {"push": True}},
    {"id": "mensa", "medium": "electricity_import", "unit": "kWh", "interval": "P1D", "source": {"push": True}},
]
STROM = "time,value\n2024-03-01T00:00+01:00,100\n2024-03-02T00:00+01:00,124.5\n2024-03-03T00:00+01:00,150\n"
MENSA = "time,value\n2024-03-01T00:00+01:00,100\n2024-03-02T00:00+01:00,110\n"


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two meters of a school, of which one was silent on the second day."""
    portfolio = write_portfolio(tmp_path / "portfolio", sources=[], meters=METERS)
    monkeypatch.setenv("ZAEHLWERK_PORTFOLIO", str(portfolio))
    monkeypatch.setenv("ZAEHLWERK_STATE", str(tmp_path / "state"))
    for meter, text in (("strom", STROM), ("mensa", MENSA)):
        file = tmp_path / f"{meter}.csv"
        file.write_text(text, encoding="utf-8")
        assert call("import", "readings", str(file), "--meter", meter).exit_code == 0
    return tmp_path


def call(*arguments: str) -> Result:
    """Call `zaehlwerk`."""
    return CliRunner().invoke(app, arguments)


def test_completeness_names_the_meter_that_lacks_a_day() -> None:
    printed = call("completeness", "--start", "2024-03-01", "--end", "2024-03-03", "--resolution", "P1D")
    assert printed.exit_code == 0
    lines = [line.split() for line in printed.stdout.splitlines()]
    assert [line[1:3] + line[-2:] for line in lines if line[1] == "all"] == [
        ["all", "2024-03-01", "1.000", "yes"],
        ["all", "2024-03-02", "no:", "mensa"],
    ]


def test_completeness_as_json_is_what_the_api_says() -> None:
    printed = call("completeness", "--start", "2024-03-01", "--end", "2024-03-03", "--property", "schule", "--json")
    (school,) = json.loads(printed.stdout)
    assert (school["complete"], school["incomplete"], school["known"]) == (False, ["mensa"], 0.75)
    assert school["periods"][0]["start"] == "2024-03-01"
    assert {one["meter"]: one["complete"] for one in school["meters"]} == {"strom": True, "mensa": False}


@pytest.mark.parametrize(("factor", "verdict"), [(1, "within"), (40, "outside")])
def test_submeters_holds_a_main_meter_against_its_sub_meters(house: Path, factor: int, verdict: str) -> None:
    behind = METERS[1] | {"sub_meter_of": "strom", "factor": factor}
    changed = write_portfolio(house / "changed", sources=[], meters=[METERS[0], behind])
    span = ("--start", "2024-03-01", "--end", "2024-03-03", "--portfolio", str(changed))
    printed = call("submeters", *span)
    assert printed.exit_code == 0
    assert printed.stdout.splitlines()[1].split()[-2:] == ["0.500", verdict]
    (check,) = json.loads(call("submeters", *span, "--json").stdout)
    assert (check["main_amount"], check["sub_amount"], check["verdict"]) == (24.5, 10 * factor, verdict)
    assert ("Wandlerfaktor" in printed.stderr) == (verdict == "outside")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--resolution", "PT1H"), "no resolution"),
        (("--start", "2024-03-02", "--end", "2024-03-01"), "does not lie before"),
        (("--start", "2024-03-02T10:00"), "is no day"),
        (("--property", "schul"), "schule"),
    ],
)
def test_a_question_that_makes_no_sense_is_a_wrong_call(arguments: tuple[str, ...], words: str) -> None:
    printed = call("completeness", *arguments)
    assert printed.exit_code == 2
    assert words in printed.stderr
