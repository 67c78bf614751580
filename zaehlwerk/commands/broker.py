"""`probe mqtt`: what is on a broker, and the entries that would take it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zaehlwerk.commands.options import JsonOption
from zaehlwerk.commands.output import print_json, print_table, say
from zaehlwerk.exits import WrongCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.mqtt.discovery.proposals import Proposal

_HEADINGS = ("topic", "format", "value", "unit", "quantity", "last values")


def mqtt(
    url: Annotated[str, typer.Argument(metavar="URL", help="The broker: mqtt://host[:port], mqtts://…")],
    topic: Annotated[str, typer.Option("--topic", metavar="T", help="A topic or pattern: schulen/#.")],
    seconds: Annotated[float, typer.Option("--for", metavar="SECONDS", min=0.1, help="How long to listen.")] = 10.0,
    username: Annotated[str | None, typer.Option("--username", metavar="NAME", help="Account at the broker.")] = None,
    password_env: Annotated[
        str | None, typer.Option("--password-env", metavar="NAME", help="Variable that holds the password.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Listen on a broker, recognise the formats, print what would be stored and the entries to paste."""
    import os  # noqa: PLC0415

    from collector.mqtt.connection.broker import account, broker_address  # noqa: PLC0415
    from collector.mqtt.discovery.proposals import proposals  # noqa: PLC0415
    from collector.mqtt.discovery.scan import listen_in  # noqa: PLC0415
    from config.portfolio.sources import MqttBroker  # noqa: PLC0415
    from zaehlwerk.intake import utc_now  # noqa: PLC0415

    _check_pattern(topic)
    who = account(MqttBroker("probe", url, username, password_env), os.environ)
    heard = listen_in(broker_address(url), who, topic, for_s=seconds, clock=utc_now)
    found = proposals((one.topic, one.payload) for one in heard)
    topics = {one.topic for one in heard}
    unknown = sorted(topics - {proposal.topic for proposal in found})
    if as_json:
        print_json({"messages": len(heard), "topics": len(topics), "proposals": documents(found), "unknown": unknown})
        return
    _print(found, "broker")
    say(f"{len(heard)} messages on {len(topics)} topics in {seconds:g} s, {len(unknown)} of them not recognised")


def shown(proposal: Proposal) -> str:
    """Return the values that a proposal saw, with their unit."""
    values = ", ".join(str(value) for value in proposal.values)
    return f"{values} {proposal.unit or ''}".strip()


def documents(found: Sequence[Proposal]) -> list[dict[str, Any]]:
    """Return proposals for `--json`; `yaml` is None for what is no counter."""
    return [
        asdict(one) | {"values": list(one.values), "yaml": _yaml(one, "broker") if one.is_counter else None}
        for one in found
    ]


def _yaml(one: Proposal, source: str) -> str:
    from collector.mqtt.discovery.proposals import yaml_line  # noqa: PLC0415

    return yaml_line(one.entry("METER", source))


def _print(found: list[Proposal], source: str) -> None:
    rows = [(one.topic, one.format, one.value_path, one.unit, one.quantity, shown(one)) for one in found]
    print_table(_HEADINGS, rows)
    for one in found:
        if one.is_counter:
            typer.echo(_yaml(one, source))


def _check_pattern(topic: str) -> None:
    from config.mqtt.topics import wildcard_mistake  # noqa: PLC0415

    mistake = wildcard_mistake(topic)
    if mistake is not None:
        raise WrongCall(f"{topic!r} {mistake} (allowed: a/b, a/+/c, a/#)")
