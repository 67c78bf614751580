"""The YAML that a person pastes: a meter's source, and the table of a device that nobody described yet. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from collector.modbus.transports import kind_of
from collector.probing.comparing import Compared
from collector.probing.matching import Found, Match, Sureness
from config.portfolio.sources import ModbusBus, ModbusRtuBus
from config.profiles.registers import DeviceProfile, WordOrder

NEW_BUS = "neuer-bus"
_ELECTRIC = "electricity_3ph"
_KINDS = {"heat_energy": "heat", "cooling_energy": "heat", "volume": "heat", "pulse_count": "pulse_counter"}


def source_yaml(bus: ModbusBus, unit: int, profile: str, *, channel: str | None = None) -> str:
    """Return the line of a meter that is read by a table; a bus that nobody declared stands above it as a comment."""
    on = "" if channel is None else f", channel: {channel}"
    line = f"source: {{from: {bus.id}, device: {unit}, profile: {profile}{on}, every: PT1M}}\n"
    return f"# district.yaml, sources: - {_bus(bus)}\n{line}" if bus.id == NEW_BUS else line


def channel_of(profile: DeviceProfile, compared: Sequence[Compared]) -> str | None:
    """Return the channel that shows what a display shows, where the table has the quantity on channels alone."""
    for one in compared:
        if one.agrees and one.register is not None and one.register.quantity not in profile.series:
            return one.register.phase
    return None


def table_yaml(name: str, found: Sequence[Found], *, max_registers: int = 60) -> str:
    """Return a device table with the registers that were found, for a file in the portfolio's folder `devices`.

    What may be chance is marked, so that nobody relies on it unseen.
    """
    ordered = sorted(found, key=lambda one: (one.match.function_code, one.match.address))
    matches = [one.match for one in ordered]
    code = matches[0].function_code
    order = next((one.word_order for one in matches if one.count > 1), WordOrder.MSW_FIRST)
    kind = next((_KINDS[one.display.quantity] for one in matches if one.display.quantity in _KINDS), _ELECTRIC)
    head = (
        f"id: {name}\nmanufacturer: unbekannt\nmodels: [unbekannt]\nkind: {kind}\nfunction_code: {code}\n"
        f"word_order: {order}\nbyte_order: big\nmax_registers: {max_registers}\n"
        "coalescing: {gap_reads: forbidden}\nregisters:\n"
    )
    rows = [_row(one.match, code, order) + _doubt(one) + "\n" for one in ordered]
    return head + "".join(rows) + "sources: [Anzeige des Geräts]\n"


def _bus(bus: ModbusBus) -> str:
    if isinstance(bus, ModbusRtuBus):
        place = f"device: {bus.device}, baud: {bus.baud}, parity: {bus.parity}"
    else:
        place = f'host: "{bus.host}", port: {bus.port}'
    return f"{{id: {bus.id}, kind: {kind_of(bus)}, {place}}}"


def _doubt(found: Found) -> str:
    return "  # unsicher: noch einmal mit der Anzeige vergleichen" if found.sureness is Sureness.UNSURE else ""


def _row(match: Match, code: int, order: WordOrder) -> str:
    display = match.display
    parts = [f"quantity: {display.quantity}", f"phase: {display.phase or 'total'}", f"address: {match.address}"]
    parts.append(f"type: {match.type}")
    if match.scale != 1:
        parts.append(f"scale: {Decimal(match.scale):f}")
    parts.append(f'unit: "{display.unit}"')
    if match.function_code != code:
        parts.append(f"function_code: {match.function_code}")
    if match.count > 1 and match.word_order is not order:
        parts.append(f"word_order: {match.word_order}")
    return f"  - {{{', '.join(parts)}}}"
