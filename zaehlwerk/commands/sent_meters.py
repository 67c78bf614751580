"""Meters that are sent and not configured, as `unassigned` prints them and `unassigned accept` takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from zaehlwerk.commands.output import print_table, say
from zaehlwerk.exits import WrongCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zaehlwerk.unknown_meters import UnknownMeter

STAYS_REFUSED = "What was refused until then stays refused: whoever still has it may send it again."
_HEADINGS = ("source", "meter", "quantity", "unit", "last values", "medium")


def called(name: str, meter: str, found: Sequence[UnknownMeter]) -> UnknownMeter | None:
    """Return the sent meter of a name; None where another id is wanted for it, which makes it a topic."""
    return next((one for one in found if one.meter == name and meter in {"", name}), None)


def entry(one: UnknownMeter, medium: str, unit: str) -> dict[str, Any]:
    """Return the meter's entry; raises `WrongCall` where its medium has to be said."""
    from config.quantities import MEDIA  # noqa: PLC0415

    chosen = medium or one.medium
    if chosen not in MEDIA:
        raise WrongCall(
            f"what {one.meter!r} meters is not certain: say it with --medium (allowed: {', '.join(MEDIA)})"
        )
    return one.entry(chosen, unit or None)


def document(one: UnknownMeter) -> dict[str, Any]:
    """Return the meter for `--json`; `yaml` is None where the medium has to be said."""
    from collector.mqtt.discovery.proposals import yaml_line  # noqa: PLC0415

    return {
        "source": one.source,
        "meter": one.meter,
        "quantity": one.quantity,
        "unit": one.unit,
        "medium": one.medium,
        "values": [{"time": time.isoformat(), "value": value} for time, value in one.values],
        "yaml": yaml_line(one.entry(one.medium)) if one.medium else None,
    }


def print_sent(found: Sequence[UnknownMeter]) -> None:
    """Print the meters and what to do about them; nothing where there are none."""
    from collector.mqtt.discovery.proposals import yaml_line  # noqa: PLC0415

    if not found:
        return
    typer.echo()
    print_table(_HEADINGS, [_row(one) for one in found])
    for one in found:
        if one.medium:
            typer.echo(yaml_line(one.entry(one.medium)))
    say("Sent by somebody, configured by nobody: zaehlwerk unassigned accept METER --property ID [--medium M]")
    say(STAYS_REFUSED)


def _row(one: UnknownMeter) -> tuple[str, ...]:
    values = ", ".join(f"{value} ({time:%Y-%m-%d %H:%M} UTC)" for time, value in one.values)
    return one.source, one.meter, one.quantity or "–", one.unit or "–", values, one.medium or "say --medium"
