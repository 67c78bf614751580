"""What is remembered is neither worked out twice nor older than what was recorded since."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from api.remembered import Remembered

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_an_answer_is_worked_out_once_until_its_time_is_over() -> None:
    times, worked_out = [NOW], []

    def work_out() -> int:
        worked_out.append(times[-1])
        return len(worked_out)

    remembered = Remembered(lambda: times[-1], lasting=timedelta(minutes=5))
    assert [remembered.get("a", work_out), remembered.get("a", work_out)] == [1, 1]
    times.append(NOW + timedelta(minutes=5))
    assert remembered.get("a", work_out) == 2


def test_what_was_worked_out_while_a_reading_came_in_is_not_kept() -> None:
    remembered = Remembered(lambda: NOW)

    def overtaken() -> str:
        remembered.forget()
        return "without the reading"

    assert remembered.get("a", overtaken) == "without the reading"
    assert remembered.get("a", lambda: "with it") == "with it"


def test_the_oldest_answer_makes_room() -> None:
    remembered = Remembered(lambda: NOW, most=2)
    for key in "abc":
        remembered.get(key, lambda: "first")
    assert [remembered.get(key, lambda: "second") for key in "cba"] == ["first", "first", "second"]


def test_nothing_is_held_for_the_keys_of_callers_who_have_their_answer() -> None:
    remembered = Remembered(lambda: NOW, most=2)
    inside: list[int] = []

    def work_out() -> None:
        inside.append(remembered.busy)

    for key in range(100):
        remembered.get(key, work_out)
    with pytest.raises(ZeroDivisionError):
        remembered.get("broken", lambda: 1 // 0)
    assert (max(inside), remembered.busy) == (1, 0)


def test_two_callers_of_a_key_wait_for_one_working_out() -> None:
    remembered, began, goes_on = Remembered(lambda: NOW), threading.Event(), threading.Event()

    def work_out() -> str:
        began.set()
        assert goes_on.wait(10)
        return "the first one's"

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(remembered.get, "a", work_out)
        assert began.wait(10)
        second = threads.submit(remembered.get, "a", lambda: "the second one's")
        goes_on.set()
        assert [first.result(10), second.result(10)] == ["the first one's"] * 2
    assert remembered.busy == 0


def test_an_answer_that_is_worked_out_again_takes_its_own_place() -> None:
    times = [NOW]
    remembered = Remembered(lambda: times[-1], lasting=timedelta(minutes=5), most=2)
    remembered.get("a", lambda: "a")
    times.append(NOW + timedelta(minutes=4))
    remembered.get("b", lambda: "b")
    times.append(NOW + timedelta(minutes=6))
    remembered.get("a", lambda: "a again")
    assert [remembered.get(key, lambda: "lost") for key in "ab"] == ["a again", "b"]
