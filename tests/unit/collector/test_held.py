"""What a publisher publishes again, because a killed broker may have forgotten it."""

from collector.simulation.publishing.held import HOLD_S, Held


def test_what_the_broker_confirmed_shortly_before_a_cut_is_published_again() -> None:
    held = Held()
    held.add("a", b"1", 100.0)
    held.add("a", b"2", 110.0)
    held.confirmed(110.1)
    assert held.perhaps_forgotten() == [("a", b"1"), ("a", b"2")]


def test_what_the_broker_never_confirmed_is_left_to_the_client() -> None:
    held = Held()
    held.add("a", b"1", 100.0)
    assert held.perhaps_forgotten() == []
    held.confirmed(100.1)
    held.add("a", b"2", 101.0)
    assert held.perhaps_forgotten() == [("a", b"1")]


def test_what_the_broker_has_long_written_down_is_forgotten() -> None:
    held = Held()
    held.add("a", b"1", 100.0)
    held.confirmed(100.1 + HOLD_S)
    held.add("a", b"2", 100.2 + HOLD_S)
    assert held.perhaps_forgotten() == []


def test_a_long_cut_forgets_nothing_of_the_time_before_it() -> None:
    held = Held()
    held.add("a", b"1", 100.0)
    held.confirmed(100.1)
    held.add("a", b"2", 100_000.0)
    assert held.perhaps_forgotten() == [("a", b"1")]
