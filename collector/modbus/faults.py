"""What can go wrong between asking a device and having its answer."""

from enum import StrEnum

from config.errors import Unreachable


class Fault(StrEnum):
    """Why there is no answer; the name is also the counter's."""

    DISCONNECTED = "disconnected"  # no connection to the bus: nobody on it can be asked
    HUNG_UP = "hung_up"  # the connection was closed instead of an answer
    SILENT = "silent"  # no answer within the timeout
    GATEWAY_PATH = "gateway_path"  # the gateway has no way to the device: overloaded, or set up wrongly
    GATEWAY = "gateway"  # the gateway says that the device behind it does not answer
    ACKNOWLEDGED = "acknowledged"  # the device took the request and needs longer for it
    BUSY = "busy"  # the device answers, only not now
    ILLEGAL = "illegal"  # the device does not have what was asked: profile or unit id are wrong
    FAILURE = "failure"  # the device reports a failure of its own
    GARBLED = "garbled"  # bytes that are no answer to what was asked


EXCEPTION_CODES = {
    1: Fault.ILLEGAL,  # illegal function
    2: Fault.ILLEGAL,  # illegal data address
    3: Fault.ILLEGAL,  # illegal data value, or too many registers
    4: Fault.FAILURE,  # device failure
    5: Fault.ACKNOWLEDGED,
    6: Fault.BUSY,
    8: Fault.FAILURE,  # memory parity error
    0x0A: Fault.GATEWAY_PATH,
    0x0B: Fault.GATEWAY,  # gateway target failed to respond
}
# They say nothing against the device: it is asked again in its next slot, or within seconds where that is far.
INNOCENT = frozenset({Fault.DISCONNECTED, Fault.BUSY, Fault.ACKNOWLEDGED})
# Nobody was there: who answers next may be another device, or the same one set up anew.
ABSENT = frozenset({Fault.SILENT, Fault.HUNG_UP, Fault.GATEWAY, Fault.GATEWAY_PATH})


class ModbusFault(Unreachable):
    """A request without a usable answer; `fault` tells what to do next."""

    def __init__(self, fault: Fault, detail: str) -> None:
        self.fault = fault
        super().__init__(f"{fault}: {detail}")


def refusal(code: int) -> ModbusFault:
    """Return the fault of an exception answer; codes that no specification names count as failures."""
    return ModbusFault(EXCEPTION_CODES.get(code, Fault.FAILURE), f"exception code {code}")
