"""A device on a bus: what it is asked, when it is due, and whether it still answers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from collector.modbus.faults import ABSENT, INNOCENT, Fault
from collector.modbus.reads import Reads, reads_of
from config.errors import ConfigurationError
from config.meters.meter import Meter, ModbusSource
from config.profiles.registers import DeviceProfile
from gateway.backoff import doubled_s

TRIES = 3
SERIAL_TRIES = 3
# A silent device costs its neighbours a timeout each time it is asked, so one that failed is asked rarely at once.
FIRST_DELAY_S = 5.0
CEILING_S = 300.0
FIRST_ROUND_S = 5.0
# Whoever answers over a new connection after two missed polls, or after so long, may be another device.
EXCHANGED_S = 120.0
SHORTEST_ABSENCE_S = 5.0
BUSY_POLLS = 10  # in a row; who puts off more is as good as away
_PUT_OFF = frozenset({Fault.BUSY, Fault.ACKNOWLEDGED})


class Change(StrEnum):
    """What became of a device, told once each way."""

    LOST = "lost"
    BACK = "back"


@dataclass(slots=True)
class Health:
    """Online, tried again, offline, back. `offline_since_ms` is the time of the last answer's absence at first."""

    failures: int = 0
    failing_since_ms: int | None = None
    fault: Fault | None = None

    @property
    def offline_since_ms(self) -> int | None:
        """Since when the device does not answer [ms since 1970 UTC]; None while it counts as online."""
        return self.failing_since_ms if self.failures >= TRIES else None

    def answered(self) -> Change | None:
        """Note an answer."""
        change = Change.BACK if self.failures >= TRIES else None
        self.failures, self.failing_since_ms, self.fault = 0, None, None
        return change

    def failed(self, fault: Fault, time_ms: int) -> Change | None:
        """Note a failure of the device; one of the bus is none of the device's."""
        self.failures += 1
        self.fault = fault
        if self.failing_since_ms is None:
            self.failing_since_ms = time_ms
        return Change.LOST if self.failures == TRIES else None

    def delay_s(self, every_s: float) -> float:
        """Seconds until the device is asked again after a failure: doubled each time, up to the ceiling.

        What was garbled once is noise on the line as a rule, and costs no more than that poll.
        """
        if self.failures == 1 and self.fault is Fault.GARBLED:
            return min(every_s, FIRST_DELAY_S)
        return doubled_s(FIRST_DELAY_S, self.failures, ceiling_s=max(every_s, CEILING_S))


@dataclass(slots=True)
class Device:
    """A unit id of a bus with the meters that are read from it in the same requests."""

    unit: int
    profile: str
    every_s: float
    reads: Reads
    meters: tuple[str, ...]
    declared_timeout_s: float | None = None  # None: the table does not say how long an answer may take
    health: Health = field(default_factory=Health)
    slot_s: float = 0.0  # first instant of the device's own place in the interval
    due_s: float = 0.0
    queued_s: float = 0.0
    is_queued: bool = False
    heard_s: float | None = None  # None: it has not answered yet
    lacking: set[int] = field(default_factory=set)  # addresses of blocks that it refused, each told once
    busy_polls: int = 0  # in a row that it put off
    serial_tries: int = SERIAL_TRIES  # left until the device's serial number is known, or given up

    @property
    def name(self) -> str:
        """How logs and statistics call it."""
        return f"{self.unit} ({', '.join(self.meters)})"

    def answered(self, now_s: float) -> Change | None:
        """Note an answer; the device is due again in its next slot."""
        self.due_s = self.next_slot_s(now_s)
        self.heard_s = now_s
        self.busy_polls = 0
        return self.health.answered()

    def failed(self, fault: Fault, now_s: float, time_ms: int) -> Change | None:
        """Note that there was no usable answer and decide when to ask again."""
        self.busy_polls = self.busy_polls + 1 if fault in _PUT_OFF else 0
        if fault not in _PUT_OFF:
            self.serial_tries = SERIAL_TRIES  # who comes back may be another
        if fault in INNOCENT and self.busy_polls < BUSY_POLLS:
            self.due_s = self._again_s(now_s, min(self.every_s, FIRST_DELAY_S))
            return None
        change = self.health.failed(fault, time_ms)
        if fault in ABSENT or change is Change.LOST:
            self.reads.forget()
        self.due_s = self._again_s(now_s, self.health.delay_s(self.every_s))
        return change

    def reconnected(self, now_s: float) -> None:
        """Note that the next answer comes over a new connection: after an absence it may be another device's."""
        absence_s = min(EXCHANGED_S, max(2 * self.every_s, SHORTEST_ABSENCE_S))
        if self.heard_s is not None and now_s - self.heard_s > absence_s:
            self.reads.forget()
            self.serial_tries = SERIAL_TRIES

    def next_slot_s(self, now_s: float) -> float:
        """Return the first slot after `now_s`; those that were missed meanwhile are not made up for."""
        return self.slot_s + self.every_s * ((now_s - self.slot_s) // self.every_s + 1)

    def _again_s(self, now_s: float, delay_s: float) -> float:
        # A quarter of an hour is not lost for one poll that failed: what is not due soon is asked in between.
        if delay_s < self.every_s:
            return min(now_s + delay_s, self.next_slot_s(now_s))
        return self.next_slot_s(now_s + delay_s - self.every_s)


def devices_of(meters: Sequence[Meter], profiles: dict[str, DeviceProfile]) -> dict[str, list[Device]]:
    """Return the devices of every bus by the bus's id; meters on one unit share their requests.

    Raises `ConfigurationError` for a profile or a register that does not exist.
    """
    shared: dict[tuple[str, int, str], list[tuple[Meter, ModbusSource]]] = {}
    for meter in meters:
        if isinstance(meter.source, ModbusSource):
            place = (meter.source.bus, meter.source.device, meter.source.profile)
            shared.setdefault(place, []).append((meter, meter.source))
    found: dict[str, list[Device]] = {}
    for (bus, unit, profile_id), group in shared.items():
        if profile_id not in profiles:
            raise ConfigurationError(f"meter {group[0][0].id}: no device profile has the id {profile_id!r}")
        found.setdefault(bus, []).append(_device(unit, profiles[profile_id], group))
    return found


def spread(
    devices: Sequence[Device], now_s: float, *, tick_s: float = 0.0, first_round_s: float = FIRST_ROUND_S
) -> None:
    """Give every device its own place in its interval, evenly; the first round is quicker.

    Places lie on ticks of `tick_s` [s], so that no device waits for the tick after its own; 0: anywhere.
    """
    for number, device in enumerate(devices):
        share = number / len(devices)
        place_s = share * device.every_s
        device.slot_s = now_s + (place_s // tick_s * tick_s if tick_s else place_s)
        device.due_s = now_s + share * min(device.every_s, first_round_s)


def _device(unit: int, profile: DeviceProfile, group: Sequence[tuple[Meter, ModbusSource]]) -> Device:
    reads = reads_of(unit, profile, group)
    every_s = min(source.every.total_seconds() for _, source in group)
    declared_s = None if profile.response_timeout_ms is None else profile.response_timeout_ms / 1000
    names = tuple(meter.id for meter, _ in group)
    return Device(unit, profile.id, every_s, reads, names, declared_s)
