import asyncio

import pytest

from alerts.evaluation import EvaluationSummary
from alerts.schedule import Schedule
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
