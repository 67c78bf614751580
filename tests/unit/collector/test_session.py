"""The session with a broker: connected, lost and back, until somebody says stop."""

from collections.abc import Callable

import pytest

from collector.mqtt.connection import session as sessions
from collector.mqtt.connection.line import Line
from collector.mqtt.connection.session import Session
from config.errors import StorageFull
from gateway.backoff import Backoff
from tests.unit.collector.lines import FakeLine


class Talk:
    """Notes what it is told; `acts` are done turn by turn, and the session is stopped when there are no more."""

    def __init__(self, *acts: Callable[[], None], full: int = 0) -> None:
        self.acts, self.full, self.told = list(acts), full, list[str]()
        self.session: Session

    def ready(self) -> None:
        if self.full:
            self.full -= 1
            raise StorageFull("no room")

    def begin(self, line: Line, gap_s: float | None) -> None:
        self.told.append("begins" if gap_s is None else "is back")

    def turn(self, line: Line) -> None:
        if not self.acts:
            self.session.stop()
            return
        self.acts.pop(0)()

    def end(self, line: Line) -> None:
        self.told.append("ends")

    def lose(self, error: Exception, *, is_news: bool) -> None:
        self.told.append(f"{'news' if is_news else 'still'}: {error}")


def breaks() -> None:
    raise ConnectionError("cut")


def goes_on() -> None:
    """Nothing happens."""


def run(talk: Talk, *lines: FakeLine, backoff: Backoff | None = None) -> Session:
    waiting = list(lines)
    talk.session = Session(lambda: waiting.pop(0), talk, backoff or Backoff(0.0, 0.0))
    talk.session.run()
    return talk.session


def test_somebody_who_says_stop_is_waited_for_until_the_end_is_said_and_the_line_is_closed() -> None:
    talk, line = Talk(goes_on, goes_on), FakeLine()
    session = run(talk, line)
    assert talk.told == ["begins", "ends"]
    assert line.done == [("opened", None), ("left", None), ("closed", None)]
    assert not session.is_connected


def test_a_line_that_breaks_is_closed_without_a_word_and_another_one_opened() -> None:
    talk, first, second = Talk(goes_on, breaks, goes_on), FakeLine(), FakeLine()
    run(talk, first, second)
    assert talk.told == ["begins", "news: cut", "is back", "ends"]
    assert ("left", None) not in first.done
    assert first.done[-1] == ("closed", None)


def test_a_broker_that_stays_away_is_news_once() -> None:
    talk = Talk(goes_on)
    run(talk, *(FakeLine(refuses=True) for _ in range(3)), FakeLine())
    refused = "the broker refuses"
    assert talk.told == [f"news: {refused}", f"still: {refused}", f"still: {refused}", "is back", "ends"]


def test_a_broker_that_says_nothing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "CONNECT_WITHIN_S", 0.0)
    talk, dumb = Talk(goes_on), FakeLine(answers=False)
    run(talk, dumb, FakeLine())
    assert talk.told == ["news: the broker does not answer", "is back", "ends"]
    assert dumb.done[-1] == ("closed", None)


def test_without_room_for_readings_no_line_is_opened() -> None:
    talk, line = Talk(full=2), FakeLine()
    run(talk, line)
    assert talk.told == ["news: no room", "still: no room", "is back", "ends"]
    assert [what for what, _ in line.done].count("opened") == 1


def test_a_broker_that_took_us_is_tried_soon_again_when_it_is_lost() -> None:
    backoff = Backoff(0.001, 2.0, chance=lambda: 0.5)
    for _ in range(30):
        backoff.failed()
    run(Talk(goes_on, breaks, goes_on), FakeLine(), FakeLine(), backoff=backoff)
    assert backoff.failed() == 0.001


def test_what_is_no_failure_of_line_or_disk_ends_the_session() -> None:
    def errs() -> None:
        raise ValueError("a mistake of ours")

    line = FakeLine()
    with pytest.raises(ValueError, match="a mistake of ours"):
        run(Talk(errs), line)
    assert line.done[-1] == ("closed", None)
