"""Every kind of event has a name, a next step, and a line in the documentation."""

import re
from pathlib import Path

from alerts.messages.event_steps import EVENT_STEPS, next_step
from alerts.messages.language import LANGUAGES
from analysis.doubts import KINDS
from analysis.figures import EVENT_KINDS

DOCUMENT = Path(__file__).parents[3] / "docs" / "events.md"


def test_every_kind_says_what_to_do_next_in_every_language() -> None:
    assert set(EVENT_STEPS) == set(EVENT_KINDS)
    for kind in EVENT_KINDS:
        for language in LANGUAGES:
            assert next_step(kind, language).endswith(".")


def test_a_small_fall_promises_no_question_that_never_comes() -> None:
    assert "mehr als ein Zehntel" in next_step("counter_fell")
    assert "more than a tenth" in next_step("counter_fell", "en")


def test_a_kind_that_is_not_known_has_no_next_step() -> None:
    assert next_step("earthquake") == ""


def test_every_kind_is_documented() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert documented == list(EVENT_KINDS)


def test_detectors_propose_kinds_that_are_known() -> None:
    assert set(EVENT_KINDS) >= KINDS
