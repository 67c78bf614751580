"""What the routes and pages ask analysis for, at the present instant, each answer remembered for some minutes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import Depends
from starlette.requests import Request

from alerts import inbox
from analysis.books import Books
from analysis.calendar_cuts import boundary_ms
from analysis.consumption import consumption, given_out
from analysis.figures import Consumption, Resolution
from analysis.measures.measures import MeasureProgress, measure_progress
from analysis.meters.silence import Silence, silence
from analysis.meters.sub_meters import SubMeterCheck, sub_meter_checks
from analysis.properties.balance import Balance, balance
from analysis.properties.completeness import Completeness, completeness
from analysis.properties.kpis import PropertyKpis, property_kpis
from api.remembered import Remembered
from api.services import Services
from config.errors import InsufficientData, NotFound
from config.portfolio.portfolio import Portfolio
from config.portfolio.properties import Property
from gateway.operations import AlertRow, Operations
from gateway.reading import Reading, instant
from gateway.series import Series

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Blocking: cross it with one `asyncio.to_thread`."""

    services: Services
    remembered: Remembered

    @property
    def books(self) -> Books:
        """The evidence's sources."""
        return self.services.books

    @property
    def portfolio(self) -> Portfolio:
        """What exists."""
        return self.services.books.portfolio

    @property
    def operations(self) -> Operations:
        """What people and the service did."""
        return self.services.operations

    def now(self) -> datetime:
        """The present instant."""
        return self.services.clock()

    def today(self) -> date:
        """The present local day of the district."""
        return self.now().astimezone(self.books.zone).date()

    def kpis(self, property_id: str, year: int) -> PropertyKpis:
        """Return a property's key figures; raises `NotFound`."""
        self.portfolio.property(property_id)
        return self._kept(
            ("kpis", property_id, year), lambda: property_kpis(self.books, property_id, year, now=self.now())
        )

    def measure(self, measure_id: str) -> MeasureProgress | None:
        """Return how a measure does; None where the data at hand do not tell. Raises `NotFound`."""
        self.portfolio.measure(measure_id)
        return self._kept(("measure", measure_id), lambda: self._progress(measure_id))

    def balance(self, year: int, factor_set: str) -> Balance:
        """Return a year's balance; raises `NotFound` for an unknown factor set."""
        if factor_set not in self.books.factor_sets:
            raise NotFound("factor set", factor_set)
        return self._kept(
            ("balance", year, factor_set), lambda: balance(self.books, year, factor_set, now=self.now())
        )

    def completeness(self, start: date, end: date) -> Completeness:
        """Return what is covered of the local days `[start, end)`."""
        key = ("completeness", start, end)
        return self._kept(key, lambda: completeness(self.books, start, end, now=self.now()))

    def completeness_of(
        self, place: Property, start: date, end: date, *, by: Resolution | None = None
    ) -> Completeness:
        """Return what is known of one property over the local days `[start, end)`, by period if wanted."""
        key = ("completeness", place.id, start, end, by)
        return self._kept(key, lambda: completeness(self.books, start, end, now=self.now(), places=[place], by=by))

    def sub_meters(self, place: Property) -> tuple[SubMeterCheck, ...]:
        """Return a property's main meters against their sub-meters, over the past year."""
        today = self.today()
        span = (today - timedelta(days=365), today)
        key = ("sub meters", place.id, today)
        return self._kept(key, lambda: sub_meter_checks(self.books, *span, now=self.now(), mains=place.meters))

    def consumption(
        self, meter_id: str, start: date | datetime, end: date | datetime, resolution: Resolution
    ) -> Consumption:
        """Return a meter's consumption, worked out afresh and rounded as its policy wants; raises `NotFound`."""
        decimals = self.portfolio.meter(meter_id).policy.decimals
        return given_out(consumption(self.books, meter_id, start, end, resolution, now=self.now()), decimals)

    def readings(self, meter_id: str, quantity: str, start: datetime, end: datetime) -> Series:
        """Return what the meter said."""
        return self.books.store.read(meter_id, quantity, start, end)

    def newest(self) -> dict[tuple[str, str], Reading]:
        """Return the newest reading of every meter and quantity, remembered for seconds only."""
        return self.remembered.get("newest", self.books.store.newest, lasting=timedelta(seconds=20))

    def newest_of(self, meter_id: str) -> Reading | None:
        """Return what a meter said last, of the quantity it is read by."""
        return self.newest().get((meter_id, self.portfolio.meter(meter_id).quantity))

    def silence(self, meter_id: str) -> Silence | None:
        """Return the silence of a meter; None while it speaks."""
        key = ("silence", meter_id)
        return self._kept(key, lambda: silence(self.books, meter_id, now=self.now()), lasting=timedelta(minutes=1))

    def open_alerts(self) -> Sequence[AlertRow]:
        """Return what somebody should see now, urgent and dear things first."""
        return inbox.open_alerts(self.operations)

    def age(self, reading: Reading) -> timedelta:
        """Return how long ago a reading was taken."""
        return self.now() - instant(reading.time_ms)

    def forget(self, meter_id: str) -> None:
        """Work out afresh what a new reading of a meter changes; virtual ones are never kept."""
        self.remembered.forget()
        self.books.forget(meter_id)

    def forget_days_of(self, pushed: Sequence[object]) -> None:
        """Work out afresh what pushed readings of past days change; those of today show by themselves soon enough."""
        today = instant(boundary_ms(self.today(), self.books.zone))
        late = {
            str(one.get("meter")) for one in pushed if isinstance(one, Mapping) and _is_before(one.get("time"), today)
        }
        for meter_id in late & self.portfolio.meters.keys():
            self.forget(meter_id)

    def _progress(self, measure_id: str) -> MeasureProgress | None:
        try:
            return measure_progress(self.books, measure_id, now=self.now())
        except InsufficientData:
            return None

    def _kept(
        self, key: tuple[object, ...], work_out: Callable[[], Thing], *, lasting: timedelta | None = None
    ) -> Thing:
        return self.remembered.get(key, work_out, lasting=lasting)


def _is_before(written: object, moment: datetime) -> bool:
    try:
        time = datetime.fromisoformat(str(written).strip())
    except ValueError:
        return False
    return time.tzinfo is not None and time < moment


def evidence_of(request: Request) -> Evidence:
    """Return the application's evidence."""
    evidence = request.app.state.evidence
    if not isinstance(evidence, Evidence):
        raise TypeError("the application was built without evidence")
    return evidence


Given = Annotated[Evidence, Depends(evidence_of)]
