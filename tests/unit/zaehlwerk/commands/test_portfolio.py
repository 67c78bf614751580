"""`init` and `check`, and what is said where no portfolio or setting can be read."""

from pathlib import Path

import pytest

from tests.unit.zaehlwerk.commands.calls import call


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


def test_mistakes_in_the_settings_hide_none_in_the_portfolio(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAEHLWERK_LANGUAGE", "fr")
    school = house / "portfolio" / "properties" / "schule.yaml"
    school.write_text(school.read_text().replace("medium: water", "medium: watr"))
    checked = call("check")
    assert checked.exit_code == 2
    assert "ZAEHLWERK_LANGUAGE" in checked.stderr
    assert "unknown medium 'watr'" in checked.stderr


def test_a_portfolio_without_properties_is_pointed_out(house: Path) -> None:
    (house / "portfolio" / "properties" / "schule.yaml").unlink()
    checked = call("check")
    assert checked.exit_code == 0
    assert "no property is declared in" in checked.stderr


def test_no_portfolio_at_all_tells_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZAEHLWERK_PORTFOLIO")
    checked = call("check")
    assert checked.exit_code == 2
    assert "--portfolio" in checked.stderr


def test_a_starter_portfolio_that_cannot_be_written_is_said_in_a_line(house: Path) -> None:
    (house / "file").write_text("")
    answer = call("init", str(house / "file" / "mine"))
    assert answer.exit_code == 1
    assert len(answer.stderr.splitlines()) == 1
