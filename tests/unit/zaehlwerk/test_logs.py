"""What a log line looks like to the program that reads it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from zaehlwerk.logs import JsonFormatter, configure_logging


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_record_is_one_json_document_with_what_was_given_beside_it() -> None:
    stream = io.StringIO()
    configure_logging(stream)
    logging.getLogger("zaehlwerk.test").warning("bus %s lost", "bus-gs", extra={"gap_s": 12})
    document = json.loads(stream.getvalue())
    assert document["time"].endswith("+00:00")
    del document["time"]
    assert document == {"level": "warning", "logger": "zaehlwerk.test", "message": "bus bus-gs lost", "gap_s": 12}


def test_an_exception_stays_on_its_line() -> None:
    try:
        raise ValueError("x\ny")
    except ValueError as error:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": (ValueError, error, error.__traceback__)})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["exception"]


def test_on_a_terminal_a_line_is_for_people() -> None:
    terminal = Terminal()
    configure_logging(terminal)
    logging.getLogger("zaehlwerk.test").info("ready")
    assert terminal.getvalue().rstrip().endswith("INFO    zaehlwerk.test: ready")


def test_a_name_that_is_no_utf_8_does_not_lose_its_line() -> None:
    stream = io.StringIO()
    configure_logging(stream)
    logging.getLogger("zaehlwerk.test").warning("inbox: %s refused", "st\udce4nde.csv")
    assert json.loads(stream.getvalue())["message"] == "inbox: st?nde.csv refused"
