from pathlib import Path

from alerts.rules import RULES

DOCUMENT = Path(__file__).parents[3] / "docs" / "alerts.md"


def test_every_rule_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [rule.id for rule in RULES if f"| `{rule.id}` |" not in text] == []
