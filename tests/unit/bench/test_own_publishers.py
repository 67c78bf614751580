"""What counts as lost."""

from bench.own_publishers import missing


def test_a_reading_is_missing_if_its_meter_has_none_of_its_time() -> None:
    stored = {"kessel": {1_000, 3_000}, "pumpe": {2_000}}
    sent = {("kessel", 1_000), ("kessel", 2_000), ("pumpe", 1_000), ("pumpe", 2_000)}
    assert missing(sent, lambda meter: stored[meter]) == 2
