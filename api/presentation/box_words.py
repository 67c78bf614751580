"""What people read about the boxes in the buildings, from what they said last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.presentation.lights import ACT, LOOK, Light
from gateway.operations import BoxStateRow

_FINE = Light("ok", "✓", "in Ordnung")
OLD_AFTER = timedelta(minutes=5)  # a box says once a minute how it is
_PROBLEMS = {
    "offline": "nicht erreichbar",
    "spool_filling": "Puffer läuft voll, es wird nicht mehr alles angenommen",
    "spool_full": "Puffer ist voll, es wird nichts mehr angenommen",
}
_LEFT_OUT = {"spool_full_gauge": "Momentanwerte", "spool_full_counter": "Zählerstände"}


@dataclass(frozen=True, slots=True)
class ShownBox:
    """A box with its light; `left_out` says what was left out, by class; `is_old` that nobody heard it lately."""

    row: BoxStateRow
    light: Light
    words: str
    left_out: list[tuple[str, int]]
    is_old: bool


def shown_boxes(rows: Sequence[BoxStateRow], now: datetime) -> list[ShownBox]:
    """Return the boxes as the page lists them."""
    return [_shown(row, now) for row in rows]


def _shown(row: BoxStateRow, now: datetime) -> ShownBox:
    is_old = row.online and now - row.heard_at > OLD_AFTER
    left_out = [(_LEFT_OUT.get(reason, reason), count) for reason, count in sorted(row.left_out.items())]
    return ShownBox(row, _light(row, is_old=is_old), _words(row), left_out, is_old)


def _light(row: BoxStateRow, *, is_old: bool) -> Light:
    if row.problem is not None or not row.online:
        return ACT
    return LOOK if is_old else _FINE


def _words(row: BoxStateRow) -> str:
    if row.problem is not None:
        return _PROBLEMS.get(row.problem, row.problem)
    return "verbunden" if row.online else "abgemeldet"
