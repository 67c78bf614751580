import pytest

from config.benchmarks import CATEGORIES, GROUPS, benchmark

SETS = ("vdi_3807", "tek_2021")


def test_a_schools_benchmarks_are_those_of_the_table() -> None:
    heat, electricity, water = (benchmark("schulen", group) for group in GROUPS)
    assert heat is not None
    assert electricity is not None
    assert water is not None
    assert (heat.mean, heat.target, heat.unit) == (154.0, 90.0, "kWh/m2")
    assert (electricity.mean, electricity.target) == (14.0, 6.0)
    assert (water.mean, water.target, water.unit) == (0.17, 0.07, "m3/m2")


def test_an_indoor_pool_is_measured_by_its_water_surface() -> None:
    pool = benchmark("hallenbad", "heat")
    assert pool is not None
    assert (pool.mean, pool.per) == (3506.0, "water_surface")
    by_floor = benchmark("hallenbad", "heat", benchmark_set="tek_2021")
    assert by_floor is not None
    assert (by_floor.mean, by_floor.per) == (88.5, "net_floor")


def test_a_category_without_a_target_has_a_comparison_value() -> None:
    daycare = benchmark("kindertagesstaetten", "heat")
    assert daycare is not None
    assert (daycare.mean, daycare.target, daycare.benchmark_set) == (67.7, None, "tek_2021")


@pytest.mark.parametrize(
    ("category", "group"),
    [("strassenbeleuchtung", "heat"), ("kindertagesstaetten", "water"), ("nirgends", "heat"), ("schulen", "row")],
)
def test_where_no_table_has_a_number_there_is_none(category: str, group: str) -> None:
    assert benchmark(category, group) is None


@pytest.mark.parametrize("category", CATEGORIES)
def test_targets_are_below_means_and_sources_are_named(category: str) -> None:
    found = [benchmark(category, group, benchmark_set=name) for group in GROUPS for name in SETS]
    for entry in (entry for entry in found if entry is not None):
        assert entry.source
        assert entry.target is None or 0 < entry.target < entry.mean


def test_every_category_belongs_to_a_group_of_the_climate_balance() -> None:
    groups = {category.balance_group for category in CATEGORIES.values()}
    assert groups == {
        "Straßenbeleuchtung",
        "Kommunale Verwaltungsgebäude",
        "Schulen und Kindertagesstätten",
        "Sonstige kommunale Gebäude und Infrastruktur",
    }
    assert CATEGORIES["schulen"].balance_group == "Schulen und Kindertagesstätten"
