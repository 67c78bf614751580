"""Every folder of `wrong/` is a portfolio and what must be said about it; a new case is a new folder."""

from pathlib import Path

import pytest

from config.errors import ConfigurationError
from config.portfolio.files import load_portfolio

WRONG = Path(__file__).parent / "wrong"


@pytest.mark.parametrize("name", sorted(folder.name for folder in WRONG.iterdir()))
def test_every_mistake_is_named_with_file_line_path_and_what_is_allowed(name: str) -> None:
    folder = WRONG / name
    with pytest.raises(ConfigurationError) as caught:
        load_portfolio(folder)
    said = str(caught.value).replace(f"{folder.as_posix()}/", "")
    assert said.splitlines() == (folder / "expected.txt").read_text(encoding="utf-8").splitlines()


def test_formulas_nested_deeper_than_anybody_can_follow_are_refused_once(tmp_path: Path) -> None:
    meters = ["{id: a, medium: electricity_import, unit: kWh, source: {push: true}}"]
    meters += [
        f"{{id: v{number}, medium: electricity_import, formula: '{part} + a'}}"
        for number, part in enumerate(["a", *(f"v{number}" for number in range(1_500))])
    ]
    place = "id: gs\nname: GS\nmunicipality: vg-tal\ncategory: schulen\nmeters:\n"
    (tmp_path / "properties").mkdir()
    (tmp_path / "properties" / "gs.yaml").write_text(place + "".join(f"  - {one}\n" for one in meters))
    (tmp_path / "district.yaml").write_text((WRONG / "formula_in_a_circle" / "district.yaml").read_text())
    with pytest.raises(ConfigurationError) as caught:
        load_portfolio(tmp_path)
    (said,) = str(caught.value).splitlines()
    assert "properties/gs.yaml:57: meters[51].formula: 'v50' leads through too many other formulas" in said


def test_a_portfolio_that_is_no_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is not a folder"):
        load_portfolio(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationError, match="is not a folder"):
        load_portfolio(tmp_path / "file")


def test_no_password_is_shown_in_a_message(tmp_path: Path) -> None:
    (tmp_path / "district.yaml").write_text('sources:\n  - {id: b, kind: mqtt, url: "mqtt:/user:geheim@host"}\n')
    with pytest.raises(ConfigurationError) as caught:
        load_portfolio(tmp_path)
    assert "geheim" not in str(caught.value)
    assert "user and password do not belong into the address" in str(caught.value)
