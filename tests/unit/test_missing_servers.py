"""A server that is not there skips with the way out on a laptop, and fails where the run decides about a change."""

from pathlib import Path

import pytest

from tests.servers import search


def test_a_missing_server_skips_on_a_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"no mosquitto .*make servers"):
        search.missing("mosquitto")


def test_a_missing_server_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no mosquitto"):
        search.missing("mosquitto")


def test_a_program_in_the_cache_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    built = tmp_path / "zaehlwerk" / "bin" / "influxd-of-the-test"
    built.parent.mkdir(parents=True)
    built.touch(mode=0o755)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert search.program("nowhere-to-be-found", built.name) == built


def test_a_program_that_is_nowhere_is_none() -> None:
    assert search.program("nowhere-to-be-found") is None
