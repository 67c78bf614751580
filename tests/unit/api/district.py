"""A small district that the application is tried on: a school, a gym, a white spot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from analysis.books import Books
from analysis.daily_cache import DailyCache
from api.services import Progress, Services
from config.clocks import CLOCK_SLACK
from config.factors import load_factor_sets
from config.meters.meter import ByHandSource, Dated, GasConversion, Meter, MqttSource, Reporting
from config.portfolio.portfolio import District, Municipality, Person, Portfolio, Tariff
from config.portfolio.properties import Funding, Measure, Period, Property
from config.portfolio.sources import MqttBroker
from gateway.embedded import EmbeddedStore
from gateway.operations import AlertState, NewAlert, Operations
from gateway.photos import PhotoFolder
from gateway.reading import Reading, Refused, milliseconds
from gateway.replaced import RESTORED

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
FIRST = datetime(2023, 12, 30, 23, 0, tzinfo=UTC)
# When the register of `gs-strom` falls, where a test lets it, and what is asked about that.
FELL_AT = datetime(2026, 2, 1, 23, tzinfo=UTC)
FELL = f"gs-strom:exchange_suspected:{milliseconds(FELL_AT)}"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class FakeRejected:
    """One thing that a push did not take."""

    index: int
    reason: str
    detail: str


@dataclass(frozen=True)
class FakePushResult:
    """What became of a push."""

    accepted: int
    known: int | None
    rejected: Sequence[FakeRejected] = ()
    replaced: int | None = 0


@dataclass(frozen=True)
class FakeSource:
    """A source as the pages and the metrics see it."""

    source: str
    kind: str
    connected: bool = True
    polls: int = 0
    readings: int = 0
    missed: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    offline: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class FakeCollector:
    """A collector as the pages and the metrics see it."""

    started_at: datetime
    sources: Sequence[FakeSource]
    dropped: int = 0


def _meter(meter_id: str, place: str, medium: str, unit: str, quantity: str, **more: object) -> Meter:
    source = MqttSource("broker", f"test/{meter_id}", "value", "time")
    fields: dict[str, object] = {"interval": _DAY, "source": source, "sample": True} | more
    return Meter(meter_id, place, medium, unit, quantity, **fields)  # type: ignore[arg-type]


def school() -> Property:
    """A school with electricity, gas and water, the water read by hand, and one measure."""
    gas = (Dated(None, GasConversion(Decimal("0.95"), Decimal("11.3"))),)
    energy, volume = "active_energy_import", "volume"
    return Property(
        "gs-test",
        "Grundschule Musterdorf",
        "vg-test",
        "schulen",
        net_floor_m2=2000,
        postcode="66849",
        facility_manager_id="hausmeister",
        meters=(
            _meter("gs-strom", "gs-test", "electricity_import", "kWh", energy, digits=6, maximum_kw=55),
            _meter("gs-gas", "gs-test", "natural_gas", "m3", volume, gas=gas),
            _meter(
                "gs-wasser",
                "gs-test",
                "water",
                "m3",
                volume,
                source=ByHandSource(timedelta(days=30)),
                interval=timedelta(days=30),
                reporting=Reporting.BY_HAND,
                maximum_m3_h=5,
            ),
        ),
        measures=(
            Measure(
                "gs-regelung",
                "gs-test",
                "Neue Heizungsregelung mit Nachtabsenkung",
                "natural_gas",
                Period(date(2024, 1, 1), date(2025, 1, 1)),
                Period(date(2025, 2, 1), date(2025, 3, 1)),
                Decimal(12),
                "done",
                Decimal(14500),
                Funding("Kommunalrichtlinie 4.1.2", "03K17253", Decimal(70)),
            ),
        ),
    )


def gym() -> Property:
    """A gym that needs far more than it should."""
    return Property(
        "halle-test",
        "Sporthalle Musterstadt",
        "landkreis",
        "sporthallen",
        net_floor_m2=900,
        meters=(
            _meter("halle-strom", "halle-test", "electricity_import", "kWh", "active_energy_import"),
            _meter(
                "halle-ohne-schule",
                "halle-test",
                "electricity_import",
                "kWh",
                "active_energy_import",
                formula=(Dated(None, "halle-strom - gs-strom"),),
            ),
        ),
    )


def portfolio(*, sample: bool = True) -> Portfolio:
    """The district."""
    return Portfolio(
        District("lk-test", "Landkreis Musterland", "RP", "Europe/Berlin", "02486", sample),
        (
            Municipality("landkreis", "Landkreis Musterland", "district", "073350000000"),
            Municipality("vg-test", "Verbandsgemeinde Musterdorf", "verbandsgemeinde", inhabitants=26205),
        ),
        (Person("hausmeister", "Hausmeister Nord", "nord@example.org"),),
        (MqttBroker("broker", "mqtt://127.0.0.1:1883"),),
        (school(), gym(), Property("bauhof", "Bauhof Musterdorf", "vg-test", "bauhof", net_floor_m2=600)),
        (
            Tariff("electricity_import", (Dated(None, Decimal("0.30")),)),
            Tariff("natural_gas", (Dated(None, Decimal("0.10")),)),
        ),
    )


def history() -> list[Reading]:
    """Two years of daily counters at local midnight in winter time, more heat and power in winter; water by month."""
    levels = {"gs-strom": 1000.0, "gs-gas": 500.0, "halle-strom": 9000.0, "gs-wasser": 100.0}
    quantities = {"gs-gas": "volume", "gs-wasser": "volume"}
    readings, moment, number = [], FIRST, 0
    while moment <= NOW:
        winter = 1.0 + 0.8 * (1 if moment.month in (11, 12, 1, 2, 3) else -1)
        growth = {"gs-strom": 60.0, "gs-gas": 60.0 * winter, "halle-strom": 900.0, "gs-wasser": 1.5}
        for meter, level in levels.items():
            if meter != "gs-wasser" or number % 30 == 0:
                quantity = quantities.get(meter, "active_energy_import")
                readings.append(Reading(meter, quantity, milliseconds(moment), level))
            levels[meter] = level + growth[meter]
        moment, number = moment + _DAY, number + 1
    return readings


def water_alert() -> NewAlert:
    """An alert with everything that a rule fills in."""
    chart = {
        "data": {"values": [{"nacht": "2026-03-08", "m3_h": 0.4}, {"nacht": "2026-03-09", "m3_h": 0.42}]},
        "mark": "bar",
        "encoding": {
            "x": {"field": "nacht", "type": "ordinal", "title": None},
            "y": {"field": "m3_h", "type": "quantitative", "title": "m³/h"},
        },
    }
    return NewAlert(
        rule="night_flow",
        subject="gs-wasser",
        property="gs-test",
        severity="urgent",
        since=NOW - timedelta(days=3),
        title="Wasser läuft nachts durch (0,42 m³/h, 3. Nacht)",
        observed="Zwischen 1 und 5 Uhr flossen nie weniger als 0,42 m³/h.",
        cause="Spülkasten oder Leck",
        next_step="Bitte Absperrhahn im WC-Trakt prüfen und das Ergebnis hier melden.",
        value=0.42,
        expected=0.0,
        threshold=0.05,
        unit="m3/h",
        cost_eur_per_day=45.0,
        cost_eur_per_year=16425.0,
        evidence={"start": "2026-03-08", "end": "2026-03-10", "chart": chart},
        responsible="hausmeister",
    )


@dataclass
class SmallDistrict:
    """The district with its stores on disk, and the services built on them."""

    folder: Path
    store: EmbeddedStore
    operations: Operations
    sample: bool = True
    progress: Progress | None = None
    pushed: list[Any] = field(default_factory=list)

    def services(self, *, demo: bool = False, public_url: str = "http://testserver") -> Services:
        """Return services whose clock stands still at `NOW`."""
        books = Books(
            portfolio(sample=self.sample),
            self.store,
            self.operations,
            load_factor_sets(),
            daily_cache=DailyCache(timedelta(hours=1)),
            ledger=self.operations.ledger,
        )
        sources = (
            FakeSource("broker", "mqtt", readings=4711, refused={"not_json": 2}),
            FakeSource("bus-gs", "modbus_tcp", polls=90, missed=3, offline={"gs-keller": NOW - timedelta(hours=3)}),
        )
        return Services(
            books=books,
            operations=self.operations,
            push=self.push,
            statistics=lambda: FakeCollector(NOW - timedelta(hours=1), sources),
            demo=demo,
            public_url=public_url,
            clock=lambda: NOW,
            loading=lambda: self.progress,
            refused=self.store.refused,
            restore=partial(self.store.append, source=RESTORED),
            photos=PhotoFolder(self.folder / "photos"),
        )

    def push(
        self, pushed: Sequence[object], now: datetime, *, author: str = "", typed: bool = False
    ) -> FakePushResult:
        """Take readings of meters that exist; stands in for the collector's."""
        self.pushed += pushed
        known = portfolio().meters
        good: list[Reading] = []
        rejected = []
        for index, one in enumerate(pushed):
            if not (isinstance(one, dict) and one.get("meter") in known):
                rejected.append(FakeRejected(index, "unknown_meter", f"no meter in {one!r}"))
                continue
            time = datetime.fromisoformat(str(one["time"]))
            if time > now + CLOCK_SLACK:
                rejected.append(FakeRejected(index, "future_time", f"{time} has not come yet"))
            else:
                good.append(Reading(one["meter"], one["quantity"], milliseconds(time), float(one["value"])))
        receipt = self.store.append(good, source=author)
        return FakePushResult(receipt.accepted, receipt.known, rejected, receipt.replaced)


def small_district(folder: Path, clock: Callable[[], datetime] = lambda: NOW) -> SmallDistrict:
    """Build the district in a folder, with its history and one open alert."""
    store = EmbeddedStore(folder / "readings.sqlite", clock_s=lambda: clock().timestamp())
    refused = Refused(
        "broker", "test/irgendwas", "not_json", "not JSON", b"<script>alert(1)</script>", milliseconds(NOW)
    )
    store.append(history(), [refused])
    operations = Operations(f"sqlite:///{folder / 'operations.sqlite'}", clock)
    operations.upgrade()
    operations.alerts.open(water_alert(), AlertState.FIRING, at=NOW - timedelta(days=1))
    return SmallDistrict(folder, store, operations)
