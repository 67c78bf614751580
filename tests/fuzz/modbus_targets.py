"""What devices answer: frames, registers of every table, the walk through SunSpec's models, displays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from collector.modbus.decode import decode_text
from collector.modbus.frames import HoldingRegisters, in_step
from collector.modbus.identity import serial_in, serial_read
from collector.modbus.reads import reads_of
from collector.modbus.rtu_answers import answer_in
from collector.modbus.rtu_frames import mbap_answer, mbap_frames, question_of, rtu_answer, rtu_frame, rtu_question
from collector.modbus.sunspec import MOST_MODELS, models
from collector.probing.displays import display_of
from collector.simulation.registers import SimulatedDevice
from config.meters.meter import Meter, ModbusSource
from config.profiles.files import load_profiles
from config.profiles.registers import DeviceProfile
from tests.fuzz.target import Seed, Take, Target, demand_usable, of_text, one_take
from tests.unit.collector.test_sunspec import device

_NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_ANSWER = bytes.fromhex("010408430A8000473C80B8")
_QUESTION = bytes.fromhex("010300000002")


def modbus_targets() -> dict[str, Target]:
    """Return the targets behind a bus by name."""
    tables = {table.id: table for table in load_profiles().values()}
    walk = b"".join(words for _, words in sorted(device(40000, (1, 65), (103, 50), (203, 105)).items()))
    return {
        "modbus_rtu": one_take(
            _rtu, answer=rtu_frame(_ANSWER), question=rtu_frame(_QUESTION), refusal="\x01\x84\x02"
        ),
        "modbus_mbap": one_take(
            _mbap, answer=b"\0\1\0\0\0\x0b" + _ANSWER, two=b"\0\2\0\0\0\3\1\x84\2\0\1\0\0\0\x0b" + _ANSWER
        ),
        "modbus_tables": Target({name: _table_seed(table) for name, table in tables.items() if table.series}),
        "modbus_texts": Target(dict(_text_seeds(tables))),
        "sunspec_walk": one_take(_walk, meter=walk, empty=b"SunS\xff\xff\0\0"),
        "displays": one_take(
            of_text(display_of), energy="energy=12345.6", phase="voltage.L1=229,8", unit="energy=12,5 MWh"
        ),
    }


def _rtu(content: bytes) -> None:
    """Take a frame as it is, with a right checksum, and somewhere in noise."""
    for frame in (content, rtu_frame(content)):
        rtu_answer(frame)
        rtu_question(frame)
        assert len(answer_in(b"\0" + frame + b"\xff", 1, 4, 4)) in {0, 5, 13}


def _mbap(content: bytes) -> None:
    in_step(content)
    mbap_answer(content, 1)
    for transaction, body in mbap_frames(content, is_answer=False):
        question_of(body, transaction)
    pdu = HoldingRegisters()
    pdu.decode(content)
    assert len(pdu.payload) < 256


def _table_seed(table: DeviceProfile) -> Seed:
    """The registers of a simulated device, one request behind the other, for a meter that wants all of the table."""
    quantity = next((name for name in table.series if "energy" in name), next(iter(table.series)))
    source = ModbusSource("bus", 1, table.id, timedelta(minutes=1), tuple(table.series))
    meter = Meter("meter", "schule", "electricity_import", "kWh", quantity, source=source)
    simulated = SimulatedDevice(table, (meter,), lambda _meter, _now: 4711.0)
    image = bytearray()
    for read in reads_of(1, table, [(meter, source)]):
        asked = read.request
        payload = simulated.answer(asked.function_code, asked.address, asked.count, _NOW)
        assert payload is not None
        image += payload
        read.decoder.readings(payload, 0)

    def take(content: bytes) -> None:
        rest = content
        for read in reads_of(1, table, [(meter, source)]):
            length = 2 * read.request.count
            payload, rest = rest[:length].ljust(length, b"\xff"), rest[length:]
            demand_usable(read.decoder.readings(payload, 0))

    return Seed(bytes(image), take)


def _text_seeds(tables: dict[str, DeviceProfile]) -> Iterator[tuple[str, Seed]]:
    for name, table in tables.items():
        for one in table.registers:
            if one.type == "string":
                yield (
                    f"{name}/{one.quantity}",
                    Seed(b"SN-0815\0".ljust(2 * one.count, b"\0"), _text(table, one.count)),
                )


def _text(table: DeviceProfile, count: int) -> Take:
    texts = [one for one in table.registers if one.type == "string" and one.count == count]
    serial = serial_read(1, table)

    def take(content: bytes) -> None:
        payload = content[: 2 * count].ljust(2 * count, b"\0")
        for one in texts:
            decode_text(one, payload)
        if serial is not None and serial.register.count == count:
            serial_in(serial, payload)

    return take


def _walk(content: bytes) -> None:
    """Answer the steps of a search with one piece of the input after the other."""
    at = 0

    def read(_address: int, count: int) -> bytes | None:
        nonlocal at
        piece, at = content[at : at + 2 * count], at + 2 * count
        return piece or None

    assert len(models(read)) <= MOST_MODELS
