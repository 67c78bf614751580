"""How patiently a meter's days are judged: pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How many judged `days` a change takes, and `within_days` of how many they have to lie.

    `least` is how many times more or less than usual it has to be on the whole. `needs_a_year`: without weather a
    day is like none but those of the same weeks of other years (heating, sunshine).
    """

    days: int = 8
    within_days: int = 60
    least: float = 2.5
    needs_a_year: bool = False

    @property
    def lag_days(self) -> int:
        """How many days before a day stay out of its comparison: a change is to be seen against what was before."""
        return self.days + 2


USUAL_PACE = Pace()
