"""What every sink promises; each test runs over every adapter."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.errors import InvalidReading
from gateway.embedded import EmbeddedStore
from gateway.reading import Reading, Refused
from gateway.refused import refused_readings
from gateway.spool import Spool

KeepingSink = EmbeddedStore | Spool
QUANTITY = "active_energy_import"
NOT_JSON = Refused("broker", "schulen/gs/gas", "not_json", "kein JSON", b"\x00\xff", 1)
UNKNOWN = Refused("api", "nobody", "unknown_meter", "unbekannt", b"{}", 2)


def reading(number: int, value: float = 1.5) -> Reading:
    return Reading("gs-strom", QUANTITY, 1_770_000_000_000 + number, value)


@dataclass
class Kept:
    """What a sink holds, whichever it is."""

    sink: KeepingSink

    @property
    def readings(self) -> list[Reading]:
        if isinstance(self.sink, Spool):
            return [one for _, one in self.sink.oldest(100_000)]
        series = self.sink.read("gs-strom", QUANTITY)
        columns = zip(series.time_ms.tolist(), series.value.tolist(), strict=True)
        return [Reading("gs-strom", QUANTITY, time_ms, value) for time_ms, value in columns]


def test_what_was_appended_is_there_after_a_restart(open_sink: Callable[[], KeepingSink]) -> None:
    first = open_sink()
    first.append([reading(0), reading(1)], [NOT_JSON])
    first.close()

    second = open_sink()

    assert Kept(second).readings == [reading(0), reading(1)]
    assert second.refused() == [NOT_JSON]
    second.close()


def test_a_receipt_counts_what_was_accepted(sink: KeepingSink) -> None:
    receipt = sink.append([reading(0), reading(1)])

    assert receipt.accepted == 2


def test_a_batch_with_one_bad_value_is_kept_out_as_a_whole(sink: KeepingSink) -> None:
    with pytest.raises(InvalidReading, match="gs-strom"):
        sink.append([reading(0), reading(1, math.nan)], [NOT_JSON])

    assert Kept(sink).readings == []
    assert sink.refused() == []


def test_an_empty_append_is_harmless(sink: KeepingSink) -> None:
    assert sink.append([]).accepted == 0
    assert Kept(sink).readings == []


def test_an_integer_is_kept_as_a_float(sink: KeepingSink) -> None:
    sink.append([reading(0, 20.1), reading(1, 20)])

    assert [type(one.value) for one in Kept(sink).readings] == [float, float]


def test_refused_things_are_listed_newest_first_with_their_contents(sink: KeepingSink) -> None:
    sink.append([], [NOT_JSON])
    sink.append([], [UNKNOWN])

    assert sink.refused() == [UNKNOWN, NOT_JSON]
    assert sink.refused(1) == [UNKNOWN]


def test_refusing_the_same_again_changes_nothing(sink: KeepingSink) -> None:
    sink.append([], [NOT_JSON, NOT_JSON])
    sink.append([], [NOT_JSON, UNKNOWN])

    assert sink.refused() == [UNKNOWN, NOT_JSON]
    assert sink.refused_counts() == {"not_json": 1, "unknown_meter": 1}


def test_a_file_whose_name_is_no_utf_8_is_refused_like_any_other(sink: KeepingSink) -> None:
    sink.append([reading(0)], [NOT_JSON._replace(place="st\udce4nde.csv:3", detail="\ud800 ist keine Zahl")])

    assert [(one.place, one.detail) for one in sink.refused()] == [("st?nde.csv:3", "? ist keine Zahl")]
    assert Kept(sink).readings == [reading(0)]


def test_a_long_content_is_cut(sink: KeepingSink) -> None:
    sink.append([], [NOT_JSON._replace(content=b"x" * 10_000)])

    assert sink.refused()[0].content == b"x" * 4096


def test_another_process_reads_what_was_refused(sink: KeepingSink, tmp_path: Path) -> None:
    sink.append([], [NOT_JSON])

    assert refused_readings(sink.path) == [NOT_JSON]
    assert refused_readings(sink) == [NOT_JSON]
    assert refused_readings(tmp_path / "not-there.sqlite") == []


def test_threads_may_append_at_once(sink: KeepingSink) -> None:
    def append(first: int) -> None:
        for number in range(first, first + 50):
            sink.append([reading(number)])

    threads = [threading.Thread(target=append, args=(1000 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(Kept(sink).readings) == 200


def test_a_sink_with_room_is_ready(sink: KeepingSink) -> None:
    sink.ready()
