from pathlib import Path

import pytest

from config.errors import Conflict
from config.portfolio.files import load_portfolio
from config.portfolio.sources import MqttBroker
from config.starter import write_starter


def test_the_starter_is_a_portfolio_that_loads(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    files = write_starter(folder)
    assert [file.relative_to(folder).as_posix() for file in files] == [
        "district.yaml",
        "properties/beispiel-schule.yaml",
    ]
    portfolio = load_portfolio(folder)
    assert set(portfolio.meters) == {"beispiel-schule-strom", "beispiel-schule-gas", "beispiel-schule-wasser"}
    assert not portfolio.district.sample


def test_every_commented_line_of_the_starter_may_be_switched_on(tmp_path: Path) -> None:
    for file in write_starter(tmp_path):
        lines = file.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if "source: {by_hand: P1M}       #" not in line]
        file.write_text("\n".join(_switched_on(line) for line in kept), encoding="utf-8")
    portfolio = load_portfolio(tmp_path)
    assert {source.id for source in portfolio.sources} == {"broker", "bus-schule"}
    assert [source.discover for source in portfolio.sources if isinstance(source, MqttBroker)] == ["#"]
    assert "beispiel-schule-regelung" in portfolio.measures
    assert len(portfolio.municipalities) == 2


def _switched_on(line: str) -> str:
    body = line.lstrip()
    is_sample = body.startswith(("# - {", "# - id", "#   ", "# source: {from: bus"))
    return line.replace("# ", "", 1) if is_sample and line.startswith(" ") else line


def test_an_existing_portfolio_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "district.yaml").write_text("mine: true\n")
    with pytest.raises(Conflict, match="has a portfolio already"):
        write_starter(tmp_path)
    assert (tmp_path / "district.yaml").read_text() == "mine: true\n"
    assert not (tmp_path / "properties").exists()
