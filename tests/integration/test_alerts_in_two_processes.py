"""Two processes that judge the same district at the same moment: one record, one alert, one message."""

import multiprocessing
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

from alerts.evaluation import evaluate_due
from gateway.operations import Operations
from tests.unit.alerts.district import ToldRule, books, found, meter, portfolio

NOW = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)
DISTRICT = portfolio(*(meter(f"m{index}") for index in range(3)))
MISSED_HOURS = 24


def rule() -> ToldRule:
    return ToldRule({"m0": found()})


def judge(url: str, together: Barrier, judged: "multiprocessing.Queue[int]") -> None:
    operations = Operations(url)
    together.wait(60)
    now = NOW + timedelta(hours=MISSED_HOURS)
    judged.put(evaluate_due(books(DISTRICT, operations), operations, now=now, rules=[rule()]).judged)
    operations.close()


def test_two_processes_at_once_judge_every_period_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/operations.sqlite"
    operations = Operations(url)
    operations.upgrade()
    evaluate_due(books(DISTRICT, operations), operations, now=NOW, rules=[ToldRule()])
    spawning = multiprocessing.get_context("spawn")
    together, judged = spawning.Barrier(2), spawning.Queue()
    processes = [spawning.Process(target=judge, args=(url, together, judged)) for _ in range(2)]
    for process in processes:
        process.start()
    counts = [judged.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert sum(counts) == len(DISTRICT.meters) * MISSED_HOURS
    assert [alert.subject for alert in operations.alerts.list()] == ["m0"]
    assert len(operations.outbox.list()) == 1
    operations.close()
