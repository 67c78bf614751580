"""The watched folder: complete files only, done or refused with reasons, nothing lost while the disk is full."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.files.mscons import StatusNote
from collector.inbox import Inbox
from config.meters.meter import Meter
from tests.unit.collector.portfolio import portfolio
from tests.unit.collector.sinks import MemorySink

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACE = portfolio([Meter("strom", "schule", "electricity_import", "kWh", "active_energy_import")])
MAPPING = """files: "stand_*.csv"
delimiter: ;
time: {column: Zeit}
decimal: ","
values: [{column: Stand, meter: strom}]
"""
GOOD = "Zeit;Stand\n01.01.2026 00:00;100,5\n02.01.2026 00:00;101,5\n"


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
def inbox(tmp_path: Path, sink: MemorySink) -> Inbox:
    (tmp_path / "stand.mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return Inbox(tmp_path, PLACE, sink, clock=lambda: NOW, notes=list[StatusNote]().extend)


def put(folder: Path, name: str = "stand_januar.csv", text: str = GOOD) -> Path:
    file = folder / "new" / name
    file.write_text(text, encoding="utf-8")
    return file


def names(folder: Path, where: str) -> list[str]:
    return sorted(file.name for file in (folder / where).iterdir())


def test_a_file_that_lies_still_is_imported_and_moved_to_done(inbox: Inbox, sink: MemorySink, tmp_path: Path) -> None:
    put(tmp_path)
    assert inbox.take_complete() == []
    (taken,) = inbox.take_complete()
    assert (taken.moved_to, taken.reasons) == (tmp_path / "done" / "stand_januar.csv", ())
    assert sink.of("strom") == [100.5, 101.5]
    assert names(tmp_path, "new") == []


def test_a_load_profile_beside_a_counter_is_kept_with_a_remark_that_no_figure_counts_it(
    inbox: Inbox, sink: MemorySink, tmp_path: Path
) -> None:
    profile = MAPPING.replace("stand_", "last_").replace("meter: strom", "meter: strom, quantity: interval_energy")
    (tmp_path / "last.mapping.yaml").write_text(profile, encoding="utf-8")
    put(tmp_path, "last_januar.csv")
    put(tmp_path)
    inbox.take_complete()
    assert [taken.reasons for taken in inbox.take_complete()] == [(), ()]
    assert names(tmp_path, "done") == ["last_januar.csv", "last_januar.csv.remarks.txt", "stand_januar.csv"]
    remark = (tmp_path / "done" / "last_januar.csv.remarks.txt").read_text(encoding="utf-8")
    assert "strom is counted by active_energy_import, so interval_energy is kept beside it" in remark


def test_a_file_whose_name_is_no_utf_8_is_refused_with_its_reasons(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "xls.mapping.yaml").write_text(MAPPING.replace("stand_*.csv", "*.xls"), encoding="utf-8")
    put(tmp_path, "z\udce4hler.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    inbox.take_complete()

    (taken,) = inbox.take_complete()

    assert taken.moved_to == tmp_path / "refused" / "z\udce4hler.xls"
    reasons = taken.moved_to.with_name("z\udce4hler.xls.reasons.txt").read_text(encoding="utf-8")
    assert "z?hler.xls is an old .xls" in reasons


def test_a_file_that_still_grows_is_left_alone(inbox: Inbox, sink: MemorySink, tmp_path: Path) -> None:
    file = put(tmp_path)
    inbox.take_complete()
    file.write_text(GOOD + "03.01.2026 00:00;102,5\n", encoding="utf-8")
    assert inbox.take_complete() == []
    assert len(inbox.take_complete()) == 1
    assert sink.of("strom") == [100.5, 101.5, 102.5]


@pytest.mark.parametrize("name", ["stand_1.csv.part", ".stand_1.csv", "stand_1.csv.tmp", "~$stand_1.csv"])
def test_a_name_that_says_unfinished_waits_for_its_renaming(inbox: Inbox, tmp_path: Path, name: str) -> None:
    file = put(tmp_path, name)
    assert [inbox.take_complete() for _ in range(3)] == [[], [], []]
    file.rename(tmp_path / "new" / "stand_1.csv")
    inbox.take_complete()
    assert len(inbox.take_complete()) == 1


def test_refused_lines_lie_beside_the_file_and_the_others_are_stored(
    inbox: Inbox, sink: MemorySink, tmp_path: Path
) -> None:
    put(tmp_path, text=GOOD + "irgendwann;5\n")
    inbox.take_complete()
    inbox.take_complete()
    assert names(tmp_path, "refused") == ["stand_januar.csv", "stand_januar.csv.reasons.txt"]
    reasons = (tmp_path / "refused" / "stand_januar.csv.reasons.txt").read_text(encoding="utf-8")
    assert reasons.startswith("1 lines refused, 2 readings stored\nline 4: no_time: 'irgendwann' is no time")
    assert sink.of("strom") == [100.5, 101.5]


def test_a_file_that_breaks_off_says_what_of_it_is_stored(
    inbox: Inbox, sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.files.account._WAITING", 1)
    monkeypatch.setattr("collector.files.tables._CELLS", 1)
    rows = [f"0{1 + n // 1440}.01.2026 {n // 60 % 24:02d}:{n % 60:02d};{n},5\n" for n in range(2500)]
    put(tmp_path, text="Zeit;Stand\n" + "".join(rows) + '04.01.2026 00:00;9,5;"offen\n')
    inbox.take_complete()
    (taken,) = inbox.take_complete()
    why = "not imported: broken_file: the quotation mark that opens in line 2502 is never closed"
    assert taken.reasons == (f"{why}; the {len(sink.values)} readings before it are stored",)
    assert len(sink.values) > 0


def test_a_file_that_no_mapping_names_is_refused(inbox: Inbox, tmp_path: Path) -> None:
    put(tmp_path, "urlaubsplan.csv")
    inbox.take_complete()
    (taken,) = inbox.take_complete()
    assert "no *.mapping.yaml names files like this one" in taken.reasons[0]


def test_a_file_that_two_mappings_name_is_refused(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "other.mapping.yaml").write_text(MAPPING, encoding="utf-8")
    put(tmp_path)
    inbox.take_complete()
    (taken,) = inbox.take_complete()
    assert "several mappings fit: other.mapping.yaml, stand.mapping.yaml" in taken.reasons[0]


def test_a_file_waits_while_nothing_can_be_stored(inbox: Inbox, sink: MemorySink, tmp_path: Path) -> None:
    put(tmp_path)
    sink.is_full = True
    inbox.take_complete()
    (waiting,) = inbox.take_complete()
    assert waiting.moved_to is None
    sink.is_full = False
    (taken,) = inbox.take_complete()
    assert taken.moved_to == tmp_path / "done" / "stand_januar.csv"


def test_a_second_file_of_the_same_name_does_not_replace_the_first(inbox: Inbox, tmp_path: Path) -> None:
    for _ in range(2):
        put(tmp_path)
        inbox.take_complete()
        inbox.take_complete()
    assert names(tmp_path, "done") == ["stand_januar-2.csv", "stand_januar.csv"]
