"""The meters of `simulated_meters.yaml`: one of every format that a broker can carry, and what is special."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Case:
    """Meters that belong together, as a property's file has them; `has_time`: their messages tell their own."""

    meters: list[dict[str, Any]]
    has_time: bool


def _cases() -> dict[str, Case]:
    written = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return {name: Case(case["meters"], case["time"] == "sent") for name, case in written.items()}


CASES = _cases()


def every_meter() -> list[dict[str, Any]]:
    """All of them, for one portfolio."""
    return [meter for case in CASES.values() for meter in case.meters]
