"""The health check of the containers tells a run mode that works from one that is stuck."""

import os
from pathlib import Path

import pytest

from deploy.healthcheck import is_healthy

NOW = 1_700_000_000.0


def touched(folder: Path, mode: str, at: float) -> None:
    sign = folder / f"alive-{mode}"
    sign.touch()
    os.utime(sign, (at, at))


@pytest.mark.parametrize("mode", ["collect", "watch"])
def test_a_run_mode_that_showed_a_sign_of_life_lately_is_healthy(tmp_path: Path, mode: str) -> None:
    touched(tmp_path, mode, NOW - 30)
    assert is_healthy(["/opt/zaehlwerk/bin/python", "zaehlwerk", mode], tmp_path, NOW)


@pytest.mark.parametrize("mode", ["collect", "watch"])
def test_a_run_mode_that_has_been_silent_for_a_minute_is_not_healthy(tmp_path: Path, mode: str) -> None:
    touched(tmp_path, mode, NOW - 61)
    assert not is_healthy(["zaehlwerk", mode], tmp_path, NOW)


def test_a_run_mode_that_never_showed_a_sign_of_life_is_not_healthy(tmp_path: Path) -> None:
    assert not is_healthy(["zaehlwerk", "collect"], tmp_path, NOW)


def test_the_sign_of_another_run_mode_does_not_count(tmp_path: Path) -> None:
    touched(tmp_path, "watch", NOW)
    assert not is_healthy(["docker-init", "--", "zaehlwerk", "collect"], tmp_path, NOW)


def test_other_commands_are_healthy_while_they_run(tmp_path: Path) -> None:
    assert is_healthy(["zaehlwerk", "simulate"], tmp_path, NOW)
