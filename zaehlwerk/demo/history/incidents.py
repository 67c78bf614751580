"""What happens in the sample district, dated from the day its history ends: a leak, exchanges, silences."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from config.portfolio.portfolio import Portfolio
from config.portfolio.properties import Measure
from zaehlwerk.demo.history.hours import Floats, hour_index

LEAKING_METER = "gs-am-wald-wasser"
LEAK_M3_H = 0.42
EXCHANGED_METER = "igs-am-burgberg-strom"
EXCHANGE_SERIAL = "BSP-2207-0815"
FORGOTTEN_METER = "rathaus-ramstein-wasser"  # exchanged too, and nobody wrote it down
DEAD_METER = "bauhof-am-gleis-strom"
CUT_OFF_METER = "rathaus-enkenbach-strom"
REAL_SAVING = {"gs-am-wald-regelung": 0.14, "sporthalle-am-markt-abgleich": 0.0}  # share of the meter's consumption


@dataclass(frozen=True, slots=True)
class Incidents:
    """When the pipe broke, meters were exchanged, one was not heard of and one fell silent; aware instants.

    The exchanges lie between two full hours: no reading of the history stands at their very instant.
    """

    leak: datetime
    exchange: datetime
    forgotten_exchange: datetime
    cut_off: datetime
    back_again: datetime
    silence: datetime

    def exchanged_at(self, meter_id: str) -> datetime | None:
        """Return when a meter was exchanged, None where it never was."""
        return {EXCHANGED_METER: self.exchange, FORGOTTEN_METER: self.forgotten_exchange}.get(meter_id)

    def silenced(self, meter_id: str, moment: datetime) -> bool:
        """Say whether a meter no longer answers."""
        return meter_id == DEAD_METER and moment > self.silence


def incidents_before(anchor: datetime, zone: ZoneInfo) -> Incidents:
    """Date the incidents from the local day of `anchor`: they go on afterwards, however long the demo runs."""
    today = anchor.astimezone(zone).date()
    return Incidents(
        leak=_local(today - timedelta(days=6), 22, zone),
        exchange=_local(today - timedelta(days=200), 10, zone) + timedelta(minutes=20),
        forgotten_exchange=_local(today - timedelta(days=12), 9, zone) + timedelta(minutes=40),
        cut_off=_local(today - timedelta(days=17), 16, zone),
        back_again=_local(today - timedelta(days=16), 11, zone),
        silence=_local(today - timedelta(days=4), 3, zone),
    )


def with_leak(amounts: Floats, incidents: Incidents) -> Floats:
    """Add what runs away."""
    leaking = np.arange(len(amounts)) >= hour_index(incidents.leak)
    return amounts + LEAK_M3_H * leaking


def with_measures(amounts: Floats, meter_id: str, portfolio: Portfolio) -> Floats:
    """Take off what the measures at a meter save: nothing before the works, everything after them."""
    meter = portfolio.meter(meter_id)
    measures = [one for one in portfolio.measures.values() if one.property_id == meter.property_id]
    for measure in measures:
        if measure.medium_id == meter.medium_id and measure.id in REAL_SAVING:
            amounts = amounts * (1 - REAL_SAVING[measure.id] * _done(measure, len(amounts), portfolio.district.zone))
    return amounts


def _done(measure: Measure, count: int, zone: ZoneInfo) -> Floats:
    start, end = (hour_index(_local(day, 0, zone)) for day in (measure.works.start, measure.works.end))
    return np.clip((np.arange(count) - start) / (end - start), 0.0, 1.0)


def _local(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone)
