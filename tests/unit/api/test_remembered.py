"""What is remembered is neither worked out twice nor older than what was recorded since."""

from datetime import UTC, datetime, timedelta

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
