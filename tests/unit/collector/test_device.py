"""Online, three tries, offline, back; and every device in its own slot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.modbus.decode import FactsDecoder
from collector.modbus.derive import Facts
from collector.modbus.device import BUSY_POLLS, CEILING_S, Change, Device, Health, devices_of, spread
from collector.modbus.faults import Fault
from collector.modbus.frames import request
from collector.modbus.plan import Block
from collector.modbus.reads import BlockRead, PlannedReads
from tests.unit.collector.portfolio import METER, modbus_meter


def device(every_s: float = 60.0) -> Device:
    return Device(1, "test_meter", every_s, PlannedReads((), ()), ("strom",))


def test_a_device_is_lost_at_the_third_failure_and_back_with_the_first_answer() -> None:
    health = Health()
    assert [health.failed(Fault.SILENT, time_ms) for time_ms in (1_000, 2_000, 3_000, 4_000)] == [
        None,
        None,
        Change.LOST,
        None,
    ]
    assert health.offline_since_ms == 1_000
    assert health.answered() is Change.BACK
    assert health.answered() is None
    assert health.offline_since_ms is None


def test_two_failures_are_no_loss() -> None:
    health = Health()
    health.failed(Fault.SILENT, 1_000)
    health.failed(Fault.SILENT, 2_000)
    assert health.answered() is None


def test_a_silent_device_is_asked_ever_more_rarely_up_to_a_ceiling() -> None:
    health, delays_s = Health(), []
    for number in range(10):
        health.failed(Fault.SILENT, number)
        delays_s.append(health.delay_s(1.0))
    assert delays_s[:4] == [5.0, 10.0, 20.0, 40.0]
    assert delays_s[-1] == CEILING_S


def test_noise_costs_a_device_that_one_poll() -> None:
    health = Health()
    health.failed(Fault.GARBLED, 0)
    assert health.delay_s(1.0) == 1.0
    health.failed(Fault.GARBLED, 1)
    assert health.delay_s(1.0) == 10.0


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.GARBLED, Fault.BUSY, Fault.DISCONNECTED])
def test_a_failure_costs_no_quarter_of_an_hour(fault: Fault) -> None:
    one = device(every_s=900.0)
    one.failed(fault, 10.0, 10_000)
    assert one.due_s == 15.0


def test_a_device_that_stays_away_is_asked_no_more_often_than_it_would_be_anyway() -> None:
    one = device(every_s=900.0)
    for second in range(0, 9_000, 900):
        one.failed(Fault.SILENT, float(second), second)
    assert one.due_s == 9_000.0


def test_a_lost_bus_is_not_the_devices_fault() -> None:
    one = device(every_s=1.0)
    for second in range(10):
        assert one.failed(Fault.DISCONNECTED, float(second), second) is None
    assert one.health.failures == 0


def test_a_busy_device_is_asked_again_in_its_next_slot() -> None:
    one = device(every_s=1.0)
    assert one.failed(Fault.BUSY, 7.3, 7_300) is None
    assert one.due_s == 8.0


def test_a_device_that_is_busy_for_ever_is_lost() -> None:
    one = device(every_s=10.0)
    changes = [one.failed(Fault.BUSY, 10.0 * poll, poll) for poll in range(BUSY_POLLS + 2)]
    assert changes.index(Change.LOST) == BUSY_POLLS + 1
    assert one.answered(500.0) is Change.BACK


def test_a_device_that_is_busy_now_and_then_is_never_lost() -> None:
    one = device(every_s=10.0)
    for poll in range(100):
        assert one.failed(Fault.BUSY, 10.0 * poll, poll) is None
        if poll % 5 == 0:
            assert one.answered(10.0 * poll + 1) is None


ONCE = BlockRead(request(1, Block(3, 0, 1, ())), FactsDecoder(Block(3, 0, 1, ()), Facts()))


def asked_once(every_s: float) -> Device:
    """A device that has said what it says once, and answered at 1,000 s."""
    one = Device(1, "test_meter", every_s, PlannedReads([ONCE], ()), ("strom",))
    assert list(one.reads) == [ONCE]
    one.answered(1_000.0)
    return one


@pytest.mark.parametrize(
    ("every_s", "later_s", "is_asked"),
    [
        (1.0, 4.0, False),
        (1.0, 6.0, True),
        (10.0, 19.0, False),
        (10.0, 21.0, True),
        (300.0, 100.0, False),
        (300.0, 121.0, True),
    ],
)
def test_what_was_asked_once_is_asked_again_of_who_comes_back_over_a_new_connection_after_missed_polls(
    every_s: float, later_s: float, is_asked: bool
) -> None:
    one = asked_once(every_s)
    one.reconnected(1_000.0 + later_s)
    assert list(one.reads) == [ONCE] * is_asked


@pytest.mark.parametrize(
    ("fault", "is_asked"),
    [
        (Fault.SILENT, True),
        (Fault.GATEWAY, True),
        (Fault.GARBLED, False),
        (Fault.BUSY, False),
        (Fault.DISCONNECTED, False),
    ],
)
def test_what_was_asked_once_is_asked_again_of_who_was_not_there(fault: Fault, is_asked: bool) -> None:
    one = asked_once(10.0)
    one.failed(fault, 1_010.0, 1_010_000)
    assert list(one.reads) == [ONCE] * is_asked


@given(st.integers(1, 200), st.floats(0, 1e6))
def test_devices_are_spread_evenly_over_their_interval(count: int, now_s: float) -> None:
    devices = [device() for _ in range(count)]
    spread(devices, now_s)
    slots = sorted(one.slot_s - now_s for one in devices)
    assert slots[0] == 0
    assert slots[-1] < 60
    assert max(slots[at + 1] - slots[at] for at in range(count - 1)) < 60 / count + 1e-6 if count > 1 else True


@given(st.floats(0, 1e6), st.floats(0.1, 900), st.floats(0, 1e6))
def test_the_next_slot_lies_ahead_and_within_one_interval(slot_s: float, every_s: float, later_s: float) -> None:
    one = device(every_s)
    one.slot_s = slot_s
    now_s = slot_s + later_s
    assert now_s - 1e-3 <= one.next_slot_s(now_s) <= now_s + every_s + 1e-3


def test_meters_on_one_unit_share_their_requests() -> None:
    meters = [modbus_meter("strom", 3), modbus_meter("mensa", 3), modbus_meter("halle", 4)]
    found = devices_of(meters, {"test_meter": METER})["bus"]
    assert [(one.unit, one.meters, len(one.reads)) for one in found] == [
        (3, ("strom", "mensa"), 1),
        (4, ("halle",), 1),
    ]
