"""docs/commands.md and docs/settings.md tell of every command, option and setting, and of no other."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from config.settings import variables
from zaehlwerk.command_line import app

DOCS = Path(__file__).parents[3] / "docs"


def commands() -> dict[str, Any]:
    """Return every command by the words that call it."""
    found: dict[str, Any] = {}

    def collect(command: Any, words: tuple[str, ...]) -> None:
        below = getattr(command, "commands", None)
        if below is None:
            found[" ".join(words)] = command
        for name, one in (below or {}).items():
            collect(one, (*words, name))

    collect(typer.main.get_command(app), ())
    return found


def sections() -> dict[str, str]:
    """Return the text about every command, by the words that call it."""
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    parts = re.split(r"^### `zaehlwerk ([^`]+)`$", text, flags=re.MULTILINE)[1:]
    return {re.sub(r" [A-Z]+", "", heading): body for heading, body in zip(parts[::2], parts[1::2], strict=True)}


def test_every_command_is_documented_and_nothing_else() -> None:
    assert sections().keys() == commands().keys()


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_of_a_command_is_documented_and_nothing_else(name: str) -> None:
    options = {
        option for parameter in commands()[name].params for option in parameter.opts if option.startswith("--")
    }
    documented = re.search(r"^Options: (.*)$", sections()[name], flags=re.MULTILINE)
    told = set(re.findall(r"`(--[a-z-]+)", documented[1])) if documented else set()
    assert told == options - {"--help"}


def test_every_setting_is_documented_and_nothing_else() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    told = set(re.findall(r"`(ZAEHLWERK_[A-Z_]+)`", " ".join(rows)))
    assert told == set(variables())
