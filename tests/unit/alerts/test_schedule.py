import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from alerts.evaluation_summary import EvaluationSummary
from alerts.findings import Circumstances, Judged
from alerts.periods import Period
from alerts.schedule import Schedule
from analysis.books import Books
from config.errors import Unreachable
from gateway.operations import Operations
from tests.unit.alerts.district import NOW, ToldRule, books, found, meter, portfolio

ONE = portfolio(meter("a"))


def test_entering_the_schedule_catches_up_at_once(operations: Operations) -> None:
    rule = ToldRule({"a": found()})

    async def run() -> None:
        async with Schedule(books(ONE, operations), operations, lambda: NOW, rules=[rule]) as schedule:
            assert schedule.running
            while schedule.last_pass is None:
                await asyncio.sleep(0)

    asyncio.run(run())
    assert len(operations.outbox.list()) == 1


def test_triggers_at_the_same_time_take_turns(operations: Operations) -> None:
    schedule = Schedule(books(ONE, operations), operations, lambda: NOW, rules=[ToldRule({"a": found()})])

    async def run() -> list[EvaluationSummary | None]:
        return list(await asyncio.gather(*(schedule.evaluate() for _ in range(5))))

    judged = [summary.judged for summary in asyncio.run(run()) if summary is not None]
    assert judged == [1, 0, 0, 0, 0]


def test_a_failing_subject_is_named_once(operations: Operations, caplog: pytest.LogCaptureFixture) -> None:
    rule = ToldRule({"a": ZeroDivisionError("no area")})
    schedule = Schedule(books(ONE, operations), operations, lambda: NOW, rules=[rule])
    for _ in range(3):
        asyncio.run(schedule.evaluate())
    assert [record.message for record in caplog.records if record.name == "alerts.schedule"] == [
        "told of a cannot be judged: ZeroDivisionError: no area"
    ]


def test_a_store_that_is_away_does_not_end_the_schedule(operations: Operations) -> None:
    rule = ToldRule({"a": Unreachable("influx")})
    schedule = Schedule(books(ONE, operations), operations, lambda: NOW, rules=[rule])
    assert asyncio.run(schedule.evaluate()) is None
    rule.verdicts = {"a": found()}
    summary = asyncio.run(schedule.evaluate())
    assert summary is not None
    assert summary.fired == 1


@dataclass
class SlowRule(ToldRule):
    """Judges when the test lets it."""

    begun: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)
    ended: list[str] = field(default_factory=list)

    def judge(self, books: Books, subject: str, period: Period, circumstances: Circumstances) -> Judged:
        self.begun.set()
        self.may_end.wait(10)
        self.ended.append(subject)
        return found()


def test_leaving_the_schedule_waits_for_the_pass_under_way(
    operations: Operations, caplog: pytest.LogCaptureFixture
) -> None:
    rule = SlowRule()

    async def let_it_end() -> None:
        for _ in range(100):  # time enough for a schedule that would not wait
            await asyncio.sleep(0)
        rule.may_end.set()

    async def run() -> list[str]:
        async with asyncio.TaskGroup() as group:
            async with Schedule(books(ONE, operations), operations, lambda: NOW, rules=[rule]):
                await asyncio.to_thread(rule.begun.wait, 10)
                group.create_task(let_it_end(), name="let it end")
            return list(rule.ended)

    assert asyncio.run(run()) == ["a"]
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []
