"""What people type when they stand in front of a meter."""

from decimal import Decimal

import pytest

from collector.probing.displays import Display, display_of
from config.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("energy=12345.6", Display("active_energy_import", Decimal("12345.6"), "kWh")),
        ("waerme=12,345MWh", Display("heat_energy", Decimal("12.345"), "MWh")),
        ("voltage.L2=230.1", Display("voltage", Decimal("230.1"), "V", "L2")),
        ("power=-1.5kW", Display("active_power", Decimal("-1.5"), "kW")),
        ("Energie=12.345,6 kWh", Display("active_energy_import", Decimal("12345.6"), "kWh")),
        ("Wärme = 1.234.567,89 KWH", Display("heat_energy", Decimal("1234567.89"), "kWh")),
        ("volumen=17,25m³", Display("volume", Decimal("17.25"), "m3")),
        ("reactive_energy_import=7", Display("reactive_energy_import", Decimal(7), "kvarh")),
    ],
)
def test_a_display_is_written_as_it_is_spoken(text: str, expected: Display) -> None:
    assert display_of(text) == expected


@pytest.mark.parametrize(
    "text",
    ["energy", "energy=", "energy=viel", "enerji=5", "energy=5m3", "energy=5 Murks", "energy=1.2.3", "energy=1,2,3"],
)
def test_what_is_no_display_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(ConfigurationError):
        display_of(text)


def test_a_counter_may_be_cut_off_or_have_run_on_but_not_be_behind() -> None:
    least, most = display_of("energy=12345.6").limits
    assert least < Decimal("12345.6") <= Decimal("12345.69") < most
    assert Decimal("12345.5") < least
    assert most < Decimal("12347.5")


def test_a_gauge_may_have_moved_a_little() -> None:
    least, most = display_of("voltage=230").limits
    assert (float(least), float(most)) == (225.4, 234.6)
