"""What people read about a box in a building."""

import subprocess
import sys

import pytest

from collector.edge.wire import BoxStatus
from zaehlwerk.processes.boxes import remark

SINCE = "2026-11-22T12:00:00.000+00:00"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (BoxStatus(True, SINCE, waiting=3), ""),
        (BoxStatus(True, SINCE, waiting=100_800), "100.800 Werte warten noch"),
        (BoxStatus(False, SINCE, problem="offline"), "Gebäudebox nicht erreichbar"),
        (
            BoxStatus(True, SINCE, 9, 60, 93, {"spool_full_gauge": 1200, "spool_full_counter": 34}, "spool_filling"),
            "Puffer der Gebäudebox läuft voll, sie nimmt nicht mehr alles an, 93 % belegt, 1.234 Werte ausgelassen",
        ),
    ],
)
def test_a_box_says_in_words_what_ails_it(status: BoxStatus, words: str) -> None:
    assert remark(status) == words


def test_a_box_leaves_the_analysis_and_the_databases_of_the_centre_alone() -> None:
    heavy = "('pandas', 'sqlalchemy', 'fastapi')"
    program = f"import sys, zaehlwerk.processes.edge; print([one for one in {heavy} if one in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
