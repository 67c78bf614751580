"""What people call a meter."""

from config.portfolio.portfolio import District, Portfolio
from config.portfolio.properties import Property
from tests.unit.analysis.evidence import meter, place


def portfolio_of(*places: Property) -> Portfolio:
    return Portfolio(District("lk", "Landkreis", "RP", "Europe/Berlin", "02486"), (), (), (), places)


def test_a_meter_has_its_id_behind_a_name_that_others_of_its_property_have_too() -> None:
    meters = (
        meter(),
        meter("mensa", title="Mensa"),
        meter("halle"),
        meter("zwei", title="Mensa"),
        meter("kueche", title="Küche"),
    )
    there = portfolio_of(place(*meters))
    assert [there.name_of(one) for one in meters] == [
        "Strom (strom)",
        "Mensa (mensa)",
        "Strom (halle)",
        "Mensa (zwei)",
        "Küche",
    ]


def test_a_name_that_only_another_property_has_too_stands_alone() -> None:
    there = portfolio_of(place(meter()), place(meter("dort", property_id="anderswo"), id="anderswo"))
    assert there.name_of(there.meter("dort")) == "Strom"
