"""Boxes in the buildings as a process sees them that receives nothing itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.application import application
from gateway.operations import BoxStateRow
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict

MINUTE = timedelta(minutes=1)
LEFT_OUT = {"spool_full_counter": 34, "spool_full_gauge": 1200}
FULL = BoxStateRow("gs-box", True, "spool_full", NOW - timedelta(hours=3), NOW - MINUTE, 4711, 100, LEFT_OUT)


def serving(district: SmallDistrict) -> Client:
    return Client(application(replace(district.services(demo=True), statistics=lambda: None)))


def test_the_data_page_of_a_process_that_only_serves_says_what_ails_a_box(district: SmallDistrict) -> None:
    district.operations.boxes.record([FULL])
    text = serving(district).page("/daten").text
    box = text[text.index("Gebäudeboxen") :]
    assert "<strong>gs-box</strong>: Puffer ist voll, es wird nichts mehr angenommen seit" in box
    assert "4.711 Werte warten, 34 Zählerstände ausgelassen, 1.200 Momentanwerte ausgelassen" in box
    assert "seither nichts gehört" not in box


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (None, "verbunden"),
        ("offline", "nicht erreichbar seit"),
        ("spool_filling", "Puffer läuft voll, es wird nicht mehr alles angenommen seit"),
        ("spool_full", "Puffer ist voll, es wird nichts mehr angenommen seit"),
        ("of a later version", "of a later version seit"),
    ],
)
def test_a_box_says_in_words_what_ails_it(district: SmallDistrict, problem: str | None, words: str) -> None:
    district.operations.boxes.record([replace(FULL, problem=problem, online=problem != "offline")])
    assert f"<strong>gs-box</strong>: {words}" in serving(district).page("/daten").text


def test_a_box_whose_last_word_is_old_says_so(district: SmallDistrict) -> None:
    district.operations.boxes.record([replace(FULL, problem=None, heard_at=NOW - 10 * MINUTE)])
    box = serving(district).page("/daten").text
    assert "<strong>gs-box</strong>: verbunden<br>" in box
    assert "seither nichts gehört" in box


def test_a_district_without_boxes_reads_nothing_of_them(district: SmallDistrict) -> None:
    assert "Gebäudeboxen" not in serving(district).page("/daten").text


def test_metrics_of_a_process_that_only_serves_tell_of_boxes(district: SmallDistrict) -> None:
    district.operations.boxes.record([FULL, replace(FULL, edge="kita", online=False, problem="offline")])
    text = serving(district).get("/metrics").text
    assert 'zaehlwerk_box_online{box="gs-box"} 1\n' in text
    assert 'zaehlwerk_box_online{box="kita"} 0\n' in text
    assert 'zaehlwerk_box_full_ratio{box="gs-box"} 1.0\n' in text
    assert 'zaehlwerk_box_problem{box="gs-box",problem="spool_full"} 1\n' in text
    assert f'zaehlwerk_box_heard_timestamp_seconds{{box="gs-box"}} {(NOW - MINUTE).timestamp()}\n' in text
