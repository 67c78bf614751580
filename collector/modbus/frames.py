"""Requests and answers as pymodbus passes them on, with the registers left as the bytes that arrived."""

from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from collector.modbus.plan import Block
from config.errors import ConfigurationError

HEADER_BYTES = 7
_BEFORE_LENGTH_COUNTS = 6  # transaction, protocol and the length itself
LARGEST_LENGTH = 254  # unit id, function code and data of one frame
_REQUESTS = {3: ReadHoldingRegistersRequest, 4: ReadInputRegistersRequest}


class HoldingRegisters(ModbusPDU):
    """Answer to function code 3. pymodbus' own unpacks every register and formats itself for a log that is off."""

    function_code = 3
    rtu_byte_count_pos = 2
    payload = b""

    def decode(self, data: bytes) -> None:
        """Keep the registers' bytes; empty where the count of bytes in front of them is wrong."""
        self.payload = bytes(data[1:]) if data and data[0] == len(data) - 1 else b""

    def __str__(self) -> str:
        return type(self).__name__


class InputRegisters(HoldingRegisters):
    """Answer to function code 4."""

    function_code = 4


def request(unit: int, block: Block) -> ModbusPDU:
    """Return the request for a block; it may be sent any number of times."""
    if block.function_code not in _REQUESTS:
        raise ConfigurationError(f"function code {block.function_code} (allowed: 3, 4)")
    return _REQUESTS[block.function_code](address=block.address, count=block.count, dev_id=unit)


def in_step(received: bytes) -> bool:
    """Say whether what arrived since the request can be Modbus TCP answers to reads, the last one perhaps begun.

    An answer that was cut off and completed by the bytes of the next one shows itself by what is left over.
    """
    while received:
        if int.from_bytes(received[2:4], "big") != 0:
            return False
        if len(received) <= HEADER_BYTES:
            return True
        length = int.from_bytes(received[4:6], "big")
        if not 3 <= length <= LARGEST_LENGTH or received[HEADER_BYTES] & 0x7F not in _REQUESTS:
            return False
        received = received[_BEFORE_LENGTH_COUNTS + length :]
    return True


def is_whole(datagram: bytes) -> bool:
    """Say whether a datagram is as long as it says: what it lacks comes in no other one."""
    return len(datagram) == _BEFORE_LENGTH_COUNTS + int.from_bytes(datagram[4:6], "big")
