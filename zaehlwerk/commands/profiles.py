"""`profiles …`: the device tables."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.commands.options import JsonOption, PortfolioOption, settings_from
from zaehlwerk.commands.output import print_json, print_table
from zaehlwerk.exits import WrongCall, unknown

if TYPE_CHECKING:
    from config.profiles.registers import DeviceProfile, Register

app = typer.Typer(no_args_is_help=True, help="The device tables.")
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The profile's id.")]


@app.command("list")
def list_profiles(as_json: JsonOption = False, portfolio: PortfolioOption = None) -> None:
    """Print every device table, those of the portfolio included."""
    tables = _tables(portfolio).values()
    rows = [(one.id, one.manufacturer, one.kind, len(one.registers)) for one in tables]
    names = ("id", "manufacturer", "kind", "registers")
    if as_json:
        print_json(
            [
                dict(zip(names, row, strict=True)) | {"models": list(one.models)}
                for one, row in zip(tables, rows, strict=True)
            ]
        )
        return
    print_table(names, rows)


@app.command()
def show(profile: IdArgument, as_json: JsonOption = False, portfolio: PortfolioOption = None) -> None:
    """Print one device table."""
    table = _table(profile, portfolio)
    registers = [_register(one) for one in table.registers]
    if as_json:
        head = {"id": table.id, "manufacturer": table.manufacturer, "models": list(table.models), "kind": table.kind}
        print_json(head | {"sources": list(table.sources), "registers": registers})
        return
    names = ("quantity", "phase", "function_code", "address", "count", "type", "scale", "unit")
    print_table(names, [tuple(str(one[name]) for name in names) for one in registers])


@app.command()
def decode(
    profile: IdArgument,
    address: Annotated[int, typer.Option("--address", metavar="N", help="Address of the first word, from 0.")],
    words: Annotated[str, typer.Option("--words", metavar="W", help="The words: 0x449A,0x522B.")],
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
) -> None:
    """Print what words mean that a device answered: every register that lies wholly within them."""
    from collector.modbus import decode as decoding  # noqa: PLC0415

    table, given = _table(profile, portfolio), _words(words)
    inside = [
        one
        for one in table.registers
        if address <= one.address and one.end <= address + len(given) and one.type in decoding.TYPES
    ]
    if not inside:
        raise WrongCall(f"{profile} has no register within addresses {address} to {address + len(given) - 1}")
    found = [(one, decoding.decode(one, _payload(one, given, address))) for one in inside]
    rows = [(one.quantity, one.phase, value, one.unit, one.address) for one, value in found]
    names = ("quantity", "phase", "value", "unit", "address")
    if as_json:
        print_json({"profile": profile, "readings": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    print_table(names, rows)


def _tables(portfolio: Path | None) -> dict[str, DeviceProfile]:
    from zaehlwerk.intake import profiles_of  # noqa: PLC0415

    return profiles_of(settings_from(portfolio))


def _table(profile: str, portfolio: Path | None) -> DeviceProfile:
    tables = _tables(portfolio)
    if profile not in tables:
        raise unknown("device profile", profile, tables)
    return tables[profile]


def _register(one: Register) -> dict[str, object]:
    return {
        "quantity": one.quantity,
        "phase": one.phase,
        "function_code": one.function_code,
        "address": one.address,
        "count": one.count,
        "type": one.type,
        "scale": one.scale,
        "unit": one.unit,
        "word_order": one.word_order,
        "byte_order": one.byte_order,
    }


def _words(text: str) -> list[int]:
    try:
        words = [int(word, 0) for word in text.split(",")]
    except ValueError as error:
        raise WrongCall(f"--words {text!r} is no list of words (allowed: 0x449A,0x522B)") from error
    if any(not 0 <= word <= 0xFFFF for word in words):
        raise WrongCall("a word lies between 0x0000 and 0xFFFF")
    return words


def _payload(one: Register, words: list[int], address: int) -> bytes:
    first = one.address - address
    return struct.pack(f">{one.count}H", *words[first : first + one.count])
