"""What a meter takes out of messages that are more than a number and a time: units, presence, thinning."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from fractions import Fraction
from math import isfinite

from collector.conversion import convert, ratio_to_canonical
from collector.mqtt.formats.family import NOT_MINE, Found, Presence, Read, Relative
from collector.mqtt.formats.vocabulary import spelled
from collector.mqtt.payloads import ARRIVAL
from collector.mqtt.routing.aside import Aside
from collector.numbers import number
from collector.times import checked, time_ms
from config.clocks import CLOCK_SLACK_MS
from config.errors import ConfigurationError, InvalidReading
from config.quantities import QUANTITIES, Kind
from gateway.reading import Reading

NO_READINGS: Sequence[Reading] = ()
NOT_FOR_THIS_METER: list[Reading] = []  # known by identity


class PartlyInvalid(InvalidReading):
    """Some of a message's values are no readings; `readings` are the others."""

    def __init__(self, first: InvalidReading, readings: Sequence[Reading]) -> None:
        super().__init__(first.code, first.detail, meter=first.meter, claimed_ms=first.claimed_ms)
        self.readings = readings


@dataclass(slots=True)
class Intake:
    """Turns what was found into readings of one meter.

    `unit` is what the sender's documentation or the portfolio says. `every_ms`: keep one reading per so long.
    `is_cached`: an unchanged counter is an old one. `slack_ms` is how far the sender's clock may be ahead.
    """

    meter: str
    quantity: str
    unit: str
    zone: tzinfo
    aside: Aside
    every_ms: int | None = None
    is_cached: bool = False
    slack_ms: int = CLOCK_SLACK_MS
    _ratios: dict[str, Fraction] = field(default_factory=dict)
    _last: float | None = None
    _slot: int | None = None

    def __post_init__(self) -> None:
        self._ratios[self.unit] = ratio_to_canonical(self.unit, self.quantity)

    def taken(self, found: Sequence[Found], *, retained: bool, now_ms: int) -> Sequence[Reading]:
        """Return the readings of a message that arrived at `now_ms`; raises `PartlyInvalid`."""
        if not found:
            self.aside.counts["without_value"] += 1
            return NO_READINGS
        readings, mistakes = [], []
        for each in found:
            try:
                reading = self._reading(each, retained, now_ms)
            except InvalidReading as error:
                error.meter = self.meter
                mistakes.append(error)
            else:
                readings += [] if reading is None else [reading]
        if mistakes:
            raise PartlyInvalid(mistakes[0], readings)
        if readings and not retained and not self.is_cached:
            self.aside.returns((self.meter,))
        return readings

    def forget(self) -> None:
        """Take again what was taken: it did not become durable and will be delivered again."""
        self._last, self._slot = None, None

    def _reading(self, found: Found, retained: bool, now_ms: int) -> Reading | None:
        if self._is_stale(found):
            return None
        if found.remark is not None:
            self.aside.counts[found.remark] += 1
        moment_ms = self._moment_ms(found.time, retained=retained, now_ms=now_ms)
        value = convert(number(found.value), self._ratio(found.unit))
        if self._is_unchanged(value) or self._is_too_soon(moment_ms):
            return None
        self._last = value  # of what was taken: a value that came too soon is news when it is repeated
        return Reading(self.meter, self.quantity, moment_ms, value)

    def _moment_ms(self, time: object, *, retained: bool, now_ms: int) -> int:
        if isinstance(time, Relative) and not retained:
            since_ms = time.seconds * 1000
            if not isfinite(since_ms):
                raise InvalidReading("no_time", f"{time.seconds} s lie beyond every calendar")
            return checked(now_ms + round(since_ms), f"{time.seconds} s", now_ms=now_ms, slack_ms=self.slack_ms)
        if time is not ARRIVAL and not isinstance(time, Relative):
            return time_ms(time, zone=self.zone, now_ms=now_ms, slack_ms=self.slack_ms)
        if retained:
            raise InvalidReading("retained_without_time", "a retained value without a time of its own is of any age")
        return now_ms

    def _is_stale(self, found: Found) -> bool:
        # A gateway repeats what it knew of a device that has gone: it must not look as if it stood still.
        is_stale = self.is_cached and found.time is ARRIVAL and self.meter in self.aside.away
        if is_stale:
            self.aside.counts["stale"] += 1
        return is_stale

    def _is_unchanged(self, value: float) -> bool:
        if not self.is_cached or QUANTITIES[self.quantity].kind is not Kind.COUNTER:
            return False
        is_unchanged = value == self._last
        if is_unchanged:
            self.aside.counts["unchanged"] += 1
        return is_unchanged

    def _is_too_soon(self, moment_ms: int) -> bool:
        if self.every_ms is None:
            return False
        slot = moment_ms // self.every_ms
        is_too_soon, self._slot = slot == self._slot, slot
        if is_too_soon:
            self.aside.counts["thinned"] += 1
        return is_too_soon

    def _ratio(self, unit: str | None) -> Fraction:
        wanted = unit or self.unit
        ratio = self._ratios.get(wanted)
        if ratio is None:
            try:
                ratio = self._ratios[wanted] = ratio_to_canonical(spelled(wanted), self.quantity)
            except ConfigurationError as error:
                raise InvalidReading("unknown_unit", str(error)) from error
        return ratio


@dataclass(slots=True)
class FormatRoute:
    """A meter behind a format."""

    intake: Intake
    read: Read
    empty_means_away: bool = False

    def readings(self, topic: bytes, payload: bytes, *, retained: bool, now_ms: int) -> Sequence[Reading]:
        """Return what the meter takes out of a message; raises `InvalidReading`."""
        if not payload and self.empty_means_away:
            self.intake.aside.leaves((self.intake.meter,), now_ms)
            return NO_READINGS
        found = self.read(topic.decode("utf-8", "replace"), payload)
        if found is NOT_MINE:
            return NOT_FOR_THIS_METER
        return self.intake.taken(found, retained=retained, now_ms=now_ms)

    def forget(self) -> None:
        """Be ready to take the same messages again."""
        self.intake.forget()


@dataclass(slots=True)
class PresenceRoute:
    """Notes on whose word a meter is there or away; `{"state": "online"}` is the same as `online`."""

    meters: list[str]
    presence: Presence
    aside: Aside

    def readings(self, _topic: bytes, payload: bytes, *, retained: bool, now_ms: int) -> Sequence[Reading]:  # noqa: ARG002  a retained word is the present one
        """Return no readings."""
        word = payload.decode("utf-8", "replace").strip().lower()
        if word.startswith("{"):
            word = next((one for one in (*self.presence.here, *self.presence.away) if f'"{one}"' in word), "")
        if word in self.presence.away:
            self.aside.leaves(self.meters, now_ms)
        elif word in self.presence.here:
            self.aside.returns(self.meters)
        return NO_READINGS
