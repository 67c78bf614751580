"""Why a device gave no answer, in words for whoever stands in front of it. Pure."""

from types import MappingProxyType

from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.transports import endpoint_of
from config.errors import Unreachable
from config.portfolio.sources import ModbusBus, ModbusRtuBus

_SEEN = MappingProxyType(
    {
        Fault.DISCONNECTED: "nobody takes a connection at {at}: are address and port right, is it in use already?",
        Fault.SILENT: "{at} takes the connection, but unit {unit} is silent: are unit id and --transport right?",
        Fault.GATEWAY: "the gateway at {at} reaches no unit {unit}: is the unit id right, is the line connected?",
        Fault.GATEWAY_PATH: "the gateway at {at} has no way to unit {unit}: is the unit id one that it knows?",
        Fault.HUNG_UP: "{at} closes the connection instead of an answer: does it speak Modbus by this --transport?",
        Fault.GARBLED: "what {at} says is no Modbus answer: is the --transport right?",
    }
)
_SEEN_ON_A_LINE = MappingProxyType(
    {
        Fault.DISCONNECTED: "{at} cannot be opened: is it plugged in, does no other program have it open?",
        Fault.SILENT: "unit {unit} is silent on {at}: are unit id, --baud, --parity and the wires A and B right?",
        Fault.GARBLED: "what {at} brings is no Modbus answer: are --baud and --parity right?",
    }
)
_ANYTHING = "unit {unit} at {at} gives no values"


def unreachable(error: ModbusFault, source: ModbusBus, unit: int) -> Unreachable:
    """Return the error that says what to look at."""
    seen = _SEEN | (_SEEN_ON_A_LINE if isinstance(source, ModbusRtuBus) else {})
    return Unreachable(f"{seen.get(error.fault, _ANYTHING).format(at=endpoint_of(source), unit=unit)} ({error})")
