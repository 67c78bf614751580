"""What is sent when, and deleted only once exactly it is confirmed: the uplink without its line."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from collector.edge.window import FIRST_PROBE_S, OVERTAKEN_S, Batch, Window
from collector.edge.wire import LARGEST_BATCH
from tests.unit.collector.edge_spool import MemorySpool

FIRST = 1000


@pytest.fixture
def spool() -> MemorySpool:
    return MemorySpool()


def window_of(spool: MemorySpool, *, size: int = 4) -> Window:
    return Window(spool, first_sequence=FIRST, size=size, chance=lambda: 0.5)


def minutes(batches: Sequence[Batch]) -> list[int]:
    return [round(row["value"]) for batch in batches for row in json.loads(batch.payload)]


def test_what_was_read_since_the_line_is_there_goes_before_the_backlog(spool: MemorySpool) -> None:
    spool.append(*range(600))
    window = window_of(spool)
    window.connected(0.0)
    spool.append(9000, 9001)

    first, *others = window.due(0.0)

    assert minutes([first]) == [9000, 9001]
    assert minutes(others) == list(range(600))


def test_every_lane_is_in_the_order_in_which_its_readings_came(spool: MemorySpool) -> None:
    spool.append(*range(0, 3000, 2))
    window = window_of(spool, size=2)
    window.connected(0.0)
    sent: list[Batch] = []
    for second in range(20):
        spool.append(5000 + second)
        due = window.due(float(second))
        sent += due
        window.confirmed([batch.sequence for batch in due], second + 0.5)
    live = [batch for batch in sent if batch.is_live]
    backlog = [batch for batch in sent if not batch.is_live]
    assert minutes(live) == sorted(minutes(live)) == list(range(5000, 5020))
    assert minutes(backlog) == list(range(0, 3000, 2))


def test_no_more_batches_are_under_way_than_the_window_holds_and_none_is_too_long(spool: MemorySpool) -> None:
    spool.append(*range(10 * LARGEST_BATCH))
    window = window_of(spool, size=3)
    window.connected(0.0)
    batches = window.due(0.0)
    assert [len(batch.row_ids) for batch in batches] == [LARGEST_BATCH] * 3
    assert window.due(0.1) == []


def test_rows_are_deleted_with_exactly_their_batch_and_never_with_an_earlier_or_later_one(spool: MemorySpool) -> None:
    spool.append(*range(3 * LARGEST_BATCH))
    window = window_of(spool)
    window.connected(0.0)
    _, second, _ = window.due(0.0)

    assert window.confirmed([second.sequence], 0.1) == LARGEST_BATCH

    assert sorted(spool.rows) == [*range(1, LARGEST_BATCH + 1), *range(2 * LARGEST_BATCH + 1, 3 * LARGEST_BATCH + 1)]


def test_a_confirmation_that_was_meant_for_another_run_deletes_nothing(spool: MemorySpool) -> None:
    spool.append(1)
    window = window_of(spool)
    window.connected(0.0)
    (batch,) = window.due(0.0)
    assert window.confirmed([1, batch.sequence + 1, batch.sequence - 1], 0.1) == 0
    assert len(spool.rows) == 1
    assert window.confirmed([batch.sequence, batch.sequence], 0.2) == 1


def test_a_batch_that_was_overtaken_is_sent_again_as_it_was(spool: MemorySpool) -> None:
    spool.append(*range(2 * LARGEST_BATCH))
    window = window_of(spool)
    window.connected(0.0)
    (lost,) = window.due(0.0)[:1]
    spool.append(9000)
    (later,) = window.due(0.5)
    window.confirmed([later.sequence], 1.0)

    assert window.due(1.0 + OVERTAKEN_S - 0.1) == []
    again = window.due(1.0 + OVERTAKEN_S)

    assert lost in again
    assert (lost.sequence, minutes([lost])) == (FIRST, list(range(LARGEST_BATCH)))


def test_without_an_answer_the_oldest_batch_alone_is_asked_after_ever_more_rarely(spool: MemorySpool) -> None:
    spool.append(*range(2 * LARGEST_BATCH))
    window = window_of(spool)
    window.connected(0.0)
    oldest, _ = window.due(0.0)
    asked = [second for second in range(1, 200) if window.due(float(second))]
    assert asked == [3, 6, 12, 24, 48, 96, 192]
    assert window.under_way == 2
    assert asked[0] == FIRST_PROBE_S
    assert oldest.sent_s == asked[-1]


def test_a_batch_that_is_still_on_its_way_to_the_broker_is_not_asked_after(spool: MemorySpool) -> None:
    spool.append(1)
    window = window_of(spool)
    window.connected(0.0)
    (batch,) = window.due(0.0)
    has_left = False
    batch.is_with_broker = lambda: has_left
    assert not any(window.due(float(second)) for second in range(1, 60))
    has_left = True
    assert [second for second in range(60, 64) if window.due(float(second))] == [62]


def test_a_line_that_broke_with_a_batch_on_its_way_is_all_the_more_reason_to_ask(spool: MemorySpool) -> None:
    spool.append(1)
    window = window_of(spool)
    window.connected(0.0)
    (batch,) = window.due(0.0)
    batch.is_with_broker = lambda: False
    window.connected(50.0)
    assert window.due(50.0) == [batch]


def test_a_centre_that_begins_to_listen_after_a_long_silence_hears_of_the_oldest_batch_at_once(
    spool: MemorySpool,
) -> None:
    spool.append(*range(2 * LARGEST_BATCH))
    window = window_of(spool)
    window.connected(0.0)
    oldest, _ = window.due(0.0)
    for second in range(3600):
        window.due(float(second))
    assert window.due(3600.0) == []
    window.asked(3600.0)
    assert window.due(3600.1) == [oldest]
    assert window.due(3600.2) == []


def test_after_a_cut_the_oldest_batch_is_asked_after_at_once_and_nothing_is_sent_twice_beside_it(
    spool: MemorySpool,
) -> None:
    spool.append(*range(2 * LARGEST_BATCH))
    window = window_of(spool)
    window.connected(0.0)
    oldest, second = window.due(0.0)
    spool.append(9000)
    window.connected(50.0)

    due = window.due(50.0)

    assert due[0] is oldest
    assert second not in due
    assert minutes(due[1:]) == [9000]


def test_what_came_while_the_line_was_cut_is_backlog_when_it_is_there_again(spool: MemorySpool) -> None:
    window = window_of(spool)
    window.connected(0.0)
    spool.append(*range(600))
    window.connected(10.0)
    spool.append(9000)
    batches = window.due(10.0)
    assert minutes(batches) == [9000, *range(600)]
    assert [batch.is_live for batch in batches] == [True, False, False]


def test_a_live_batch_that_is_not_full_waits_for_the_answer_to_the_one_before(spool: MemorySpool) -> None:
    window = window_of(spool)
    window.connected(0.0)
    spool.append(1)
    (first,) = window.due(0.0)
    spool.append(2)
    assert window.due(0.1) == []
    spool.append(3)
    window.confirmed([first.sequence], 0.2)
    assert minutes(window.due(0.3)) == [2, 3]


class LossyWorld(RuleBasedStateMachine):
    """A line that loses batches and confirmations, a box and a centre that start anew, at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.spool, self.now_s, self.minute, self.runs = MemorySpool(), 0.0, 0, 0
        self.stored: set[int] = set()
        self.confirmations: list[int] = []
        self.start_box()

    def start_box(self) -> None:
        self.runs += 1
        self.window = Window(self.spool, first_sequence=self.runs * 1_000_000, size=3, chance=lambda: 0.5)
        self.window.connected(self.now_s)

    @rule(count=st.integers(1, 1200))
    def read(self, count: int) -> None:
        self.spool.append(*range(self.minute, self.minute + count))
        self.minute += count

    @rule(arrives=st.booleans(), is_told=st.booleans())
    def send(self, arrives: bool, is_told: bool) -> None:
        for batch in self.window.due(self.now_s):
            if arrives:
                self.stored.update(minutes([batch]))
            if arrives and is_told:
                self.confirmations.append(batch.sequence)

    @rule()
    def hear(self) -> None:
        told, self.confirmations = self.confirmations, []
        self.window.confirmed(told, self.now_s)
        self.nothing_is_lost()

    @rule(seconds=st.floats(0.1, 700))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    @rule()
    def reconnect(self) -> None:
        self.window.connected(self.now_s)

    @rule()
    def kill_the_box(self) -> None:
        self.start_box()

    def nothing_is_lost(self) -> None:
        waiting = {round(reading.value) for reading in self.spool.rows.values()}
        assert waiting | self.stored == set(range(self.minute))

    def teardown(self) -> None:
        for _ in range(200):
            self.now_s += 601
            self.send(arrives=True, is_told=True)
            self.hear()
        assert not self.spool.rows
        assert self.stored == set(range(self.minute))


TestLossyWorld = LossyWorld.TestCase
TestLossyWorld.settings = settings(max_examples=25, stateful_step_count=25)
