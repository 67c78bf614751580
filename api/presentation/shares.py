"""How an amount came about, in words."""

from collections.abc import Mapping

from analysis.figures import How
from api.presentation import words


def shares_text(shares: Mapping[str, float]) -> str:
    """Return the shares of a quality from best to worst: `97 % gemessen, 3 % fehlt`."""
    named = [(how, shares.get(how.value, 0.0)) for how in How]
    told = [f"{_percent(share)} {words.HOW[how.value]}" for how, share in named if share > 0]
    return ", ".join(told) or "nichts bekannt"


def _percent(share: float) -> str:
    """A small share must not look like none, nor nearly all like all."""
    if share < 0.005:
        return f"unter 1{words.THIN}%"
    if 0.995 <= share < 1:
        return f"über 99{words.THIN}%"
    return words.percent(share)
