"""The sample district as it is declared."""

from datetime import date

from config.meters.meter import ByHandSource, ModbusSource, MqttSource
from config.portfolio.portfolio import Portfolio
from config.portfolio.sources import ModbusTcpBus, MqttBroker
from config.profiles.files import load_profiles
from zaehlwerk.demo.district import on_ports, sample_portfolio
from zaehlwerk.demo.history.loads import LOADS
from zaehlwerk.inventory import inventory

LANDKREIS_AND_PARTNERS = {"073350000000", "073355008000", "073355011000", "073355002000"}


def test_district_is_marked_as_sample_data_everywhere(district: Portfolio) -> None:
    assert district.district.sample
    assert "(Beispiel)" in district.district.name
    assert all("(Beispiel)" in place.name for place in district.properties)
    assert all(meter.sample for meter in district.meters.values())


def test_municipalities_are_the_district_and_its_three_partners(district: Portfolio) -> None:
    assert {one.ars for one in district.municipalities} == LANDKREIS_AND_PARTNERS
    assert {place.municipality_id for place in district.properties} == {one.id for one in district.municipalities}


def test_twelve_properties_have_about_forty_meters_and_one_has_none(district: Portfolio) -> None:
    assert len(district.properties) == 12
    assert 38 <= len(district.meters) <= 44
    assert [place.id for place in district.properties if not place.meters] == ["dorfgemeinschaftshaus-schopp"]


def test_all_media_of_the_sample_are_metered_in_all_ways(district: Portfolio) -> None:
    media = {meter.medium_id for meter in district.meters.values()}
    assert media >= {"electricity_import", "natural_gas", "district_heat", "water", "pv_generation", "heating_oil"}
    sources = {type(meter.source) for meter in district.meters.values() if not meter.is_virtual}
    assert sources == {ModbusSource, MqttSource, ByHandSource}


def test_mails_go_to_functions_at_example_org(district: Portfolio) -> None:
    assert all(person.email.endswith("@example.org") for person in district.people)


def test_every_meter_but_the_export_has_a_load_and_every_load_a_meter(district: Portfolio) -> None:
    exports = {load.export for load in LOADS.values() if load.export}
    metered = {meter.id for meter in district.meters.values() if not meter.is_virtual}
    assert metered == set(LOADS) | exports


def test_dates_of_measures_move_with_the_year_of_the_demo() -> None:
    moved = sample_portfolio(2031).measure("gs-am-wald-regelung")
    assert moved.baseline.start == date(2029, 6, 1)
    assert moved.works.end == date(2030, 8, 16)


def test_addresses_can_be_moved_to_free_ports(district: Portfolio) -> None:
    moved = on_ports(district, {source.id: 40_000 + len(source.id) for source in district.sources})
    for source in moved.sources:
        match source:
            case ModbusTcpBus(host=host, port=port):
                assert (host, port) == ("127.0.0.1", 40_000 + len(source.id))
            case MqttBroker(url=url):
                assert url == "mqtt://127.0.0.1:40006"


def test_inventory_is_one_line(district: Portfolio) -> None:
    line = inventory(district, load_profiles())
    assert "12 properties, 44 meters" in line
    assert "\n" not in line
