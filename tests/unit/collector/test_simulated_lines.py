"""The far end of a serial line: found, made, taken away again, refused."""

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.simulation.servers import serial_server
from collector.simulation.servers.lines import Line, open_line
from collector.simulation.servers.serial_server import SerialServer
from config.errors import Unreachable
from config.portfolio.sources import ModbusRtuBus


class Echo:
    """Says what it hears."""

    def hear(self, received: bytes) -> bytes:
        return received


def bus(device: Path) -> ModbusRtuBus:
    return ModbusRtuBus("keller", str(device))


def test_a_line_that_does_not_exist_is_made_and_taken_away_again(tmp_path: Path) -> None:
    path = tmp_path / "ttyUSB7"
    line = open_line(bus(path))
    assert line.is_made
    assert path.is_char_device()
    other = os.open(path, os.O_RDWR | os.O_NOCTTY)
    os.write(other, b"\x00\x0d\x0a\xff")
    assert os.read(line.file_number, 10) == b"\x00\x0d\x0a\xff"
    os.close(other)
    line.close()
    assert not path.is_symlink()


def test_a_line_that_somebody_put_in_the_place_of_ours_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ttyUSB7"
    line = open_line(bus(path))
    path.unlink()
    path.symlink_to("/dev/null")
    line.close()
    assert path.is_symlink()


def test_what_a_killed_simulation_left_behind_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ttyUSB7"
    path.symlink_to("/dev/pts/999999")
    line = open_line(bus(path))
    assert path.is_char_device()
    line.close()


def test_the_line_of_another_simulation_is_not_shared(tmp_path: Path) -> None:
    path = tmp_path / "ttyUSB7"
    first = open_line(bus(path))
    with pytest.raises(Unreachable, match=r"keller: .*ttyUSB7 leads to /dev/pts/.* of another program"):
        open_line(bus(path))
    first.close()


def test_a_file_is_no_line(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB7").write_text("")
    with pytest.raises(Unreachable, match=r"keller: .*ttyUSB7 is no serial line"):
        open_line(bus(tmp_path / "ttyUSB7"))


def test_a_device_that_is_no_line_cannot_be_opened() -> None:
    with pytest.raises(OSError, match="Could not configure port"):
        open_line(bus(Path("/dev/null")))


def test_a_line_that_cannot_be_made_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="ttyUSB7"):
        open_line(bus(tmp_path / "nowhere" / "ttyUSB7"))


def test_a_line_that_is_unplugged_is_told_and_answered_again_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (first, far), (second, further) = socket.socketpair(), socket.socketpair()
    monkeypatch.setattr(serial_server, "open_line", lambda _bus: plugged(first))
    monkeypatch.setattr(serial_server, "open_cable", opened_in_turn(Unreachable("still away"), plugged(second)))
    monkeypatch.setattr(serial_server, "AGAIN_S", 0.001)

    async def scene() -> None:
        server = SerialServer(bus(Path("/dev/ttyUSB7")), Echo())
        await server.start()
        assert await echoed(far) == b"ping"
        far.close()
        assert await echoed(further) == b"ping"
        await server.stop()

    asyncio.run(scene())
    further.close()
    assert caplog.messages == [
        "bus keller: the line /dev/ttyUSB7 is gone",
        "bus keller: the line /dev/ttyUSB7 is back",
    ]


def plugged(end: socket.socket) -> Line:
    end.setblocking(False)
    return Line(end.fileno(), end.close)


def opened_in_turn(*outcomes: Line | Unreachable) -> Callable[[ModbusRtuBus], Line]:
    left = iter(outcomes)

    def open_next(_bus: ModbusRtuBus) -> Line:
        outcome = next(left)
        if isinstance(outcome, Unreachable):
            raise outcome
        return outcome

    return open_next


async def echoed(far: socket.socket) -> bytes:
    far.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(far, b"ping")
    return await asyncio.wait_for(loop.sock_recv(far, 10), 5)
