"""The README keeps what it says: its links lead somewhere, its folders exist, its commands run."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zaehlwerk.command_line import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def command_lines() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()


def test_every_top_level_package_is_in_the_folder_table() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= set(re.findall(r"^\| `(\w+)/`", README, flags=re.MULTILINE))


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (\w+)", README))))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, flags=re.MULTILINE)


def test_the_commands_for_meters_of_ones_own_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All but `run`, which stays, one after the other, in the folders that `export` names."""
    monkeypatch.chdir(tmp_path)
    folders = dict(re.findall(r"\b(ZAEHLWERK_\w+)=(\S+)", README))
    assert set(folders) == {"ZAEHLWERK_PORTFOLIO", "ZAEHLWERK_STATE"}
    for name, folder in folders.items():
        monkeypatch.setenv(name, folder)
    lines = [line for line in command_lines() if line.startswith("zaehlwerk ") and line != "zaehlwerk run"]
    assert len(lines) == 3
    for line in lines:
        result = CliRunner().invoke(app, shlex.split(line)[1:])
        assert result.exit_code == 0, f"{line}: {result.output}"
    assert (tmp_path / folders["ZAEHLWERK_STATE"] / "operations.sqlite").exists()
