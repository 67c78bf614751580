"""A state folder or an operations database that cannot be used is said in a line."""

from pathlib import Path

import pytest

from tests.unit.zaehlwerk.commands.calls import call


@pytest.mark.parametrize("command", [("alerts",), ("token", "create", "x", "--role", "reader")])
def test_a_state_folder_that_cannot_be_made_is_said_in_a_line(house: Path, command: tuple[str, ...]) -> None:
    (house / "file").write_text("")
    answer = call(*command, "--state", str(house / "file" / "state"))
    assert answer.exit_code == 2
    assert "cannot be the state folder" in answer.stderr


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
