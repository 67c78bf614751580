"""Every folder of `files/` is a file as somebody sent it, and what has to come out of it.

`input.csv` (or `.xlsx`, `.edi`) as it arrived; `mapping.yaml` if one was used, `asked.json` what the command was
told; `expected.json` the readings, refused lines and counts, or the error. A new folder is a new test.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.files import Asked, FileMapping, import_file, load_mapping, mapping_yaml
from collector.files.mscons import StatusNote
from config.errors import InvalidReading
from config.meters.meter import Meter, Stamps
from gateway.reading import instant
from tests.unit.collector.portfolio import portfolio
from tests.unit.collector.sinks import MemorySink

FOLDERS = sorted(path for path in (Path(__file__).parent / "files").iterdir() if path.is_dir())
READABLE = [folder for folder in FOLDERS if '"error"' not in (folder / "expected.json").read_text(encoding="utf-8")]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACE = portfolio(
    [
        Meter("strom", "schule", "electricity_import", "kWh", "active_energy_import"),
        Meter("strom-2", "schule", "electricity_import", "kWh", "active_energy_import", serial="4711"),
        Meter("lastgang", "schule", "electricity_import", "kWh", "interval_energy"),
        Meter("gas", "schule", "natural_gas", "m3", "volume"),
        Meter("waerme", "schule", "district_heat", "kWh", "heat_energy"),
        Meter("waerme-mwh", "schule", "district_heat", "MWh", "heat_energy"),
    ]
)


def outcome(folder: Path, mapping: FileMapping | None = None) -> dict[str, Any]:
    """Import a folder's file and return what became of it as plain JSON."""
    sink, notes = MemorySink(), list[StatusNote]()
    saved = folder / "mapping.yaml"
    if mapping is None and saved.exists():
        mapping = load_mapping(saved, PLACE)
    try:
        taken = import_file(
            next(folder.glob("input.*")),
            PLACE,
            sink,
            now=NOW,
            asked=asked(folder),
            mapping=mapping,
            notes=notes.extend,
        )
    except InvalidReading as error:
        return {"error": error.code, "detail": error.detail}
    result = taken.result
    return {
        "readings": [[*key[:2], instant(key[2]).isoformat(), value] for key, value in sorted(sink.values.items())],
        "refused": [[one.line, one.reason] for one in result.refused_lines],
        "missing": result.missing,
        "skipped": result.skipped,
        "totals": {f"{one.meter} {one.quantity} [{one.unit}]": one.total for one in result.series},
        "notes": [[note.meter, note.quantity, instant(note.time_ms).isoformat(), *note[3:]] for note in notes],
        "doubts": list(taken.proposal.doubts),
    }


def asked(folder: Path) -> Asked:
    file = folder / "asked.json"
    given = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if given.get("stamps"):
        given["stamps"] = Stamps(given["stamps"])
    return Asked(**given)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_file_gives_what_its_folder_says(folder: Path) -> None:
    assert outcome(folder) == json.loads((folder / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", READABLE, ids=lambda folder: folder.name)
def test_a_proposal_that_was_saved_gives_the_same_again(folder: Path, tmp_path: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    used = load_mapping(folder / "mapping.yaml", PLACE) if (folder / "mapping.yaml").exists() else None
    file = next(folder.glob("input.*"))
    proposal = import_file(file, PLACE, None, now=NOW, asked=asked(folder), mapping=used).proposal
    saved = tmp_path / "saved.yaml"
    saved.write_text(mapping_yaml(proposal.mapping), encoding="utf-8")
    again = outcome(folder, load_mapping(saved, PLACE))
    assert again["readings"] == expected["readings"]
