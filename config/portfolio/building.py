"""Turns checked entries into the portfolio's things."""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol, TypeVar

from config.meters.ledger_policy import DEFAULT_POLICY, Filling, LedgerPolicy, Spreading
from config.meters.meter import (
    ByHandSource,
    Dated,
    GasConversion,
    Meter,
    MeterSource,
    ModbusSource,
    MqttSource,
    PushSource,
    Reporting,
    Stamps,
    Tank,
)
from config.meters.rules import quantity_of, unit_of
from config.meters.schema import LedgerEntry, MeterEntry, MeterSourceEntry
from config.mqtt.rules import with_defaults
from config.portfolio.portfolio import District, Municipality, Person, Portfolio, Tariff
from config.portfolio.properties import Funding, Measure, Property, Target, UseCalendar
from config.portfolio.schema import DistrictFile, FundingEntry, MeasureEntry, PropertyFile, SourceEntry, TargetEntry
from config.portfolio.sources import ModbusRtuBus, ModbusRtuTcpBus, ModbusTcpBus, ModbusUdpBus, MqttBroker, Source
from config.quantities import QUANTITIES, Kind

GAS_DAY_BEGINS = time(6, 0)  # GaBi Gas: the gas day, 06 to 06 local time
EVERY_DEFAULT = timedelta(minutes=1)
INTERVAL_DEFAULT = timedelta(minutes=15)
_BY_ADDRESS: Mapping[str, type[ModbusTcpBus | ModbusRtuTcpBus | ModbusUdpBus]] = MappingProxyType(
    {"modbus_tcp": ModbusTcpBus, "modbus_rtu_tcp": ModbusRtuTcpBus, "modbus_udp": ModbusUdpBus}
)


T_co = TypeVar("T_co", covariant=True)


class _DatedEntry(Protocol[T_co]):
    @property
    def since(self) -> date | None: ...
    @property
    def value(self) -> T_co: ...


def portfolio_of(district: DistrictFile, properties: Sequence[PropertyFile]) -> Portfolio:
    """Make the portfolio from entries that passed every check."""
    return Portfolio(
        district=District(**district.district.model_dump()),
        municipalities=tuple(Municipality(**entry.model_dump()) for entry in district.municipalities),
        people=tuple(Person(**entry.model_dump()) for entry in district.people),
        sources=tuple(_source(entry) for entry in district.sources),
        properties=tuple(
            _property(
                _with_ledger(_with_brokers(entry, district.sources), district.ledger), sample=district.district.sample
            )
            for entry in properties
        ),
        tariffs=tuple(Tariff(entry.medium, _dated(entry.eur_per_unit)) for entry in district.tariffs),
    )


def _dated(entries: Sequence[_DatedEntry[T_co]]) -> tuple[Dated[T_co], ...]:
    return tuple(Dated(entry.since, entry.value) for entry in entries)


def _source(entry: SourceEntry) -> Source:
    if entry.kind in _BY_ADDRESS:
        return _BY_ADDRESS[entry.kind](entry.id, entry.host or "", entry.port or 502)
    if entry.kind == "modbus_rtu":
        parity = entry.parity or "N"
        return ModbusRtuBus(entry.id, entry.device or "", entry.baud or 9600, parity, entry.stop_bits or 1)
    return MqttBroker(
        id=entry.id,
        url=entry.url or "",
        username=entry.username,
        password_env=entry.password_env,
        edges=entry.edges or False,
        discover=entry.discover,
    )


def _with_brokers(entry: PropertyFile, sources: Sequence[SourceEntry]) -> PropertyFile:
    brokers = {source.id: source for source in sources if source.kind == "mqtt"}
    meters = [
        meter.model_copy(update={"source": _with_broker(meter, meter.source, brokers[meter.source.source], entry.id)})
        if meter.source is not None and meter.source.source in brokers
        else meter
        for meter in entry.meters
    ]
    return entry.model_copy(update={"meters": meters})


def _with_broker(
    meter: MeterEntry, source: MeterSourceEntry, broker: SourceEntry, property_id: str
) -> MeterSourceEntry:
    merged = with_defaults(dict(source), dict(broker), dict(meter), property_id)
    return source.model_copy(update=merged)


def _with_ledger(entry: PropertyFile, district: LedgerEntry) -> PropertyFile:
    meters = [
        meter.model_copy(update={"ledger": district.model_copy(update=meter.ledger.model_dump(exclude_none=True))})
        for meter in entry.meters
    ]
    return entry.model_copy(update={"meters": meters})


def _property(entry: PropertyFile, *, sample: bool) -> Property:
    return Property(
        id=entry.id,
        name=entry.name,
        municipality_id=entry.municipality,
        category=entry.category,
        net_floor_m2=entry.areas.net_floor_m2,
        water_surface_m2=entry.areas.water_surface_m2,
        users=entry.users,
        postcode=entry.location.postcode,
        latitude=entry.location.latitude,
        longitude=entry.location.longitude,
        facility_manager_id=entry.facility_manager,
        calendar=UseCalendar(**dict(entry.calendar)),
        meters=tuple(_meter(meter, entry.id, sample=sample) for meter in entry.meters),
        targets=tuple(_target(target, entry.id) for target in entry.targets),
        measures=tuple(_measure(measure, entry.id) for measure in entry.measures),
    )


def _meter(entry: MeterEntry, property_id: str, *, sample: bool) -> Meter:
    edge, offset = entry.stamps or (Stamps.END, None)
    return Meter(
        id=entry.id,
        property_id=property_id,
        medium_id=entry.medium,
        unit=unit_of(entry),
        quantity=quantity_of(entry),
        title=entry.title,
        digits=entry.digits,
        decimals=entry.decimals,
        modulus=entry.modulus,
        pulse_kwh=entry.pulse_kwh,
        pulse_m3=entry.pulse_m3,
        factor=_dated(entry.factor) or (Dated(None, Decimal(1)),),
        maximum_kw=entry.maximum_kw,
        maximum_m3_h=entry.maximum_m3_h,
        interval=_interval(entry),
        reporting=_reporting(entry),
        longest_silence=entry.longest_silence,
        stamps=edge,
        fixed_offset=offset,
        source=_meter_source(entry),
        gas=tuple(Dated(gas.since, GasConversion(gas.state_number, gas.heating_value_kwh_m3)) for gas in entry.gas),
        tank=Tank(**dict(entry.tank)) if entry.tank else None,
        formula=_dated(entry.formula),
        sub_meter_of=entry.sub_meter_of,
        has_all_sub_meters=entry.sub_meters == "all",
        serial=entry.serial,
        day_begins=_day_begins(entry),
        policy=_policy(entry.ledger),
        sample=sample,
    )


def _interval(entry: MeterEntry) -> timedelta:
    """What is declared, else how often the source is asked or read, else a quarter of an hour."""
    source = entry.source
    return entry.interval or (source and (source.by_hand or source.every)) or INTERVAL_DEFAULT


def _day_begins(entry: MeterEntry) -> time:
    """What is declared; the daily amounts of gas belong to the gas day."""
    is_gas_day = entry.medium == "natural_gas" and QUANTITIES[quantity_of(entry)].kind is Kind.AMOUNT
    return entry.day_begins or (GAS_DAY_BEGINS if is_gas_day and _interval(entry) == timedelta(days=1) else time(0))


def _policy(entry: LedgerEntry) -> LedgerPolicy:
    return LedgerPolicy(
        gap_after=entry.gap_after,
        short_gap=entry.short_gap,
        spread=Spreading(entry.spread or Spreading.PROFILE),
        fill=Filling(entry.fill or Filling.NONE),
        stuck_after=entry.stuck_after,
        decimals=entry.decimals,
        tolerance_percent=DEFAULT_POLICY.tolerance_percent
        if entry.tolerance_percent is None
        else entry.tolerance_percent,
    )


def _reporting(entry: MeterEntry) -> Reporting:
    if entry.reporting is not None:
        return Reporting(entry.reporting)
    return Reporting.BY_HAND if entry.source and entry.source.by_hand else Reporting.POLLED


def _meter_source(entry: MeterEntry) -> MeterSource:
    source = entry.source
    if source is None or source.push:
        return PushSource()
    if source.by_hand is not None:
        return ByHandSource(source.by_hand)
    name = source.source or ""
    if source.topic is not None:
        return MqttSource(
            broker=name,
            topic=source.topic,
            value=source.value or "",
            time=source.time,
            format=source.format or "json",
            unit=source.unit,
            where=tuple(source.where.items()),
            every=source.every,
            availability=source.availability,
        )
    return ModbusSource(
        bus=name,
        device=source.device or 0,
        profile=source.profile or "",
        every=source.every or EVERY_DEFAULT,
        quantities=tuple(source.quantities),
        channel=source.channel,
    )


def _target(entry: TargetEntry, property_id: str) -> Target:
    return Target(entry.id, property_id, entry.medium, entry.reference_year, entry.per_year_percent)


def _measure(entry: MeasureEntry, property_id: str) -> Measure:
    return Measure(
        id=entry.id,
        property_id=property_id,
        title=entry.title,
        medium_id=entry.medium,
        baseline=entry.baseline,
        works=entry.works,
        expected_saving_percent=entry.expected_saving_percent,
        status=entry.status,
        cost_eur=entry.cost_eur,
        funding=_funding(entry.funding),
    )


def _funding(entry: FundingEntry | None) -> Funding | None:
    return Funding(entry.programme, entry.reference, entry.rate_percent) if entry else None
