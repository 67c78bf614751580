"""Meters that somebody sends and nobody configured, gathered from what was refused, and the portfolio's entry."""

import contextlib
import json
import logging
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from api.services import UnassignedMeter
from collector.edge.wire import source_of
from collector.numbers import number
from collector.pushing import SOURCE
from config.errors import InvalidReading, Unreachable
from config.portfolio.portfolio import Portfolio
from config.quantities import MEDIA, QUANTITIES, UNITS, Kind
from gateway.reading import Refused, instant, milliseconds
from gateway.refused import newest_of_each_place
from zaehlwerk.intake import COLLECTOR_SPOOL, COMMANDS_FILE, READINGS_FILE, SERVER_SPOOL

_log = logging.getLogger(__name__)
_FILES = (READINGS_FILE, COLLECTOR_SPOOL, SERVER_SPOOL, COMMANDS_FILE)
_BOX = source_of("")
_SHOWN_CHARACTERS = 80
_SHOWN_VALUES = 3
_LATEST_MS = 4_102_444_800_000  # 2100: a sender may write any year
# Heat may be bought or metered behind a boiler, a volume may be gas or water, a delivery may be photovoltaics or not.
_CERTAIN_MEDIA = {"active_energy_import": "electricity_import"}


@dataclass(frozen=True, slots=True)
class UnknownMeter:
    """A meter that is sent and that the portfolio does not have.

    `source` is by which door it comes: `api`, or `edge NAME` of a box. `quantity` and `unit` are None where the
    sender names none, `medium` where the quantity leaves it open. `values` are the newest with their own times,
    oldest first; a value that is no number stays as it arrived.
    """

    source: str
    meter: str
    quantity: str | None
    unit: str | None
    medium: str | None
    values: tuple[tuple[datetime, float | str], ...]

    def entry(self, medium: str, unit: str | None = None) -> dict[str, Any]:
        """Return the meter's entry for a property's file."""
        register = self.quantity if self.quantity is None or _is_register(self.quantity) else MEDIA[medium].quantity
        canonical = MEDIA[medium].unit if register is None else QUANTITIES[register].unit
        told = self.unit if register == self.quantity else None
        entry = {"id": self.meter, "medium": medium, "unit": unit or told or canonical}
        if register is not None and register != MEDIA[medium].quantity:
            entry["quantity"] = register
        return entry | {"source": {"push": True}}


def unknown_meters(portfolio: Portfolio, state: Path) -> list[UnknownMeter]:
    """Return the meters that are sent and not configured, the newest first. Raises `Unreachable`."""
    refused = [one for name in _FILES for one in newest_of_each_place(state / name, "unknown_meter")]
    return meters_in(sorted(refused, key=lambda one: -one.time_ms), portfolio)


def meters_in(refused: Iterable[Refused], portfolio: Portfolio) -> list[UnknownMeter]:
    """Return the meters that refused readings (newest first) are of and that the portfolio still does not have."""
    gathered: dict[tuple[str, str], list[tuple[Mapping[str, Any], Refused]]] = {}
    for one in refused:
        document = _document(one) if one.source == SOURCE or one.source.startswith(_BOX) else None
        meter = str(document.get("meter", "")) if document else ""
        if document and meter and meter not in portfolio.meters:
            gathered.setdefault((one.source, meter), []).append((document, one))
    return [_meter(source, meter, rows) for (source, meter), rows in gathered.items()]


def newest_meters(portfolio: Portfolio, state: Path, limit: int) -> Sequence[UnassignedMeter]:
    """Return the meters that a page shows; none where what was refused cannot be read, which is logged."""
    try:
        return [_shown(one) for one in unknown_meters(portfolio, state)[:limit]]
    except Unreachable as error:
        _log.warning("meters that nobody configured cannot be shown: %s", error)
        return ()


def _document(one: Refused) -> Mapping[str, Any] | None:
    try:
        document = json.loads(one.content)
    except (ValueError, RecursionError):  # it was cut, or is none
        return None
    return document if isinstance(document, dict) else None


def _meter(source: str, meter: str, rows: Sequence[tuple[Mapping[str, Any], Refused]]) -> UnknownMeter:
    told = min((document.get("quantity") for document, _ in rows), key=_rank)
    own = [(document, one) for document, one in rows if document.get("quantity") == told]
    quantity = told if isinstance(told, str) and told in QUANTITIES else None
    return UnknownMeter(
        source,
        meter,
        quantity,
        _unit(own[0][0].get("unit"), quantity),
        _CERTAIN_MEDIA.get(quantity or ""),
        tuple((_time(document, one), _value(document)) for document, one in reversed(own[:_SHOWN_VALUES])),
    )


def _rank(quantity: object) -> int:
    """Order what a sender names by how likely it is the meter's own register; no name means the meter's own."""
    if quantity is None:
        return 1
    if not isinstance(quantity, str) or not _is_register(quantity):
        return 3
    return 0 if QUANTITIES[quantity].kind is not Kind.AMOUNT else 2


def _is_register(quantity: str) -> bool:
    known = QUANTITIES.get(quantity)
    own = {medium.quantity for medium in MEDIA.values()}
    return known is not None and (known.kind is not Kind.GAUGE or known.id in own)


def _unit(told: object, quantity: str | None) -> str | None:
    if not isinstance(told, str) or told not in UNITS:
        return None
    return told if quantity is None or UNITS[told][0] == QUANTITIES[quantity].unit else None


def _time(document: Mapping[str, Any], one: Refused) -> datetime:
    moment_ms = one.time_ms
    with contextlib.suppress(ValueError, OverflowError):
        moment_ms = milliseconds(datetime.fromisoformat(str(document.get("time")).strip()))
    return instant(min(max(moment_ms, 0), _LATEST_MS))


def _value(document: Mapping[str, Any]) -> float | str:
    told = document.get("value")
    try:
        return number(told)
    except InvalidReading:
        return str(told)[:_SHOWN_CHARACTERS]


def _shown(one: UnknownMeter) -> UnassignedMeter:
    unit = one.unit or (QUANTITIES[one.quantity].unit if one.quantity else "")
    return UnassignedMeter(one.source, one.meter, one.quantity or "", one.medium, unit, one.values, _command(one))


def _command(one: UnknownMeter) -> str:
    """Return the command that takes it into the portfolio; empty for a name that a shell should not be given."""
    if not one.meter.isprintable() or one.meter.startswith("-"):
        return ""
    words = ["zaehlwerk", "unassigned", "accept", shlex.quote(one.meter), "--property ID"]
    return " ".join([*words, *([] if one.medium else ["--medium M"])])
