"""The watched folder with real files and a real process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.portfolios import write_portfolio

PATIENCE_S = 60.0
METER = {"id": "strom", "medium": "electricity_import", "unit": "kWh", "interval": "P1D", "source": {"push": True}}
MAPPING = """files: "stand_*.csv"
delimiter: ;
encoding: cp1252
time: {column: Zeit}
decimal: ","
values: [{column: "Zählerstand", meter: strom}]
"""


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZAEHLWERK_")}
    ours = {"PORTFOLIO": "portfolio", "STATE": "state", "INBOX": "inbox"}
    return kept | {f"ZAEHLWERK_{name}": str(folder / where) for name, where in ours.items()}


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.1)


def written(file: Path, *days: int, odd: str = "") -> None:
    """Write a file as another program does: beside, then renamed."""
    rows = "".join(f"{day:02d}.01.2026 00:00;{100 + day},5\n" for day in days)
    beside = file.with_name(file.name + ".part")
    beside.write_bytes(f"Zeit;Zählerstand\n{rows}{odd}".encode("cp1252"))
    beside.rename(file)


def test_files_that_land_while_the_collector_runs_are_stored_or_refused_with_reasons(tmp_path: Path) -> None:
    write_portfolio(tmp_path / "portfolio", sources=[], meters=[METER])
    inbox = tmp_path / "inbox"
    (inbox / "new").mkdir(parents=True)
    (inbox / "stand.mapping.yaml").write_text(MAPPING, encoding="utf-8")
    written(inbox / "new" / "stand_1.csv", 1, 2)
    command = [sys.executable, "-m", "zaehlwerk"]
    with (tmp_path / "log").open("wb") as log:
        collector = subprocess.Popen([*command, "collect"], env=environment(tmp_path), stdout=log, stderr=log)
    try:
        until((inbox / "done" / "stand_1.csv").exists)
        written(inbox / "new" / "stand_2.csv", 3, odd="später;7\n")
        until((inbox / "refused" / "stand_2.csv").exists)
        collector.send_signal(signal.SIGTERM)
        assert collector.wait(PATIENCE_S) == 0, (tmp_path / "log").read_text()
    finally:
        collector.kill()
        collector.wait()
    reasons = (inbox / "refused" / "stand_2.csv.reasons.txt").read_text(encoding="utf-8")
    assert "line 3: no_time: 'später' is no time" in reasons
    told = subprocess.run(
        [*command, "readings", "strom", "--start", "2025-12-01", "--json"],
        env=environment(tmp_path),
        capture_output=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert [one["value"] for one in json.loads(told.stdout)["readings"]] == [101.5, 102.5, 103.5]
