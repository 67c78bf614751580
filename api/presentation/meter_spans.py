"""The spans of time that a meter's page shows, and the links between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from analysis.figures import Resolution
from api.answers.problems import InvalidInput
from api.presentation import words

ROLLING_DAYS = 60
_YEARS = 5
_DAY = timedelta(days=1)
_SAME_WEEKDAY = timedelta(days=364)
STEPS = {
    "15min": (Resolution.QUARTER_HOUR, "Viertelstunde"),
    "stunde": (Resolution.HOUR, "Stunde"),
    "tag": (Resolution.DAY, "Tag"),
    "monat": (Resolution.MONTH, "Monat"),
    "jahr": (Resolution.YEAR, "Jahr"),
}
# What a span is called, and the steps that it can be shown in; the first unless somebody chooses.
SPANS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "60tage": ("60 Tage", ("tag", "stunde")),
    "tag": ("Tag", ("15min", "stunde")),
    "woche": ("Woche", ("stunde", "15min", "tag")),
    "monat": ("Monat", ("tag", "stunde")),
    "jahr": ("Jahr", ("monat", "tag")),
    "jahre": ("5 Jahre", ("jahr", "monat")),
}


@dataclass(frozen=True, slots=True)
class MeterSpan:
    """The local days `[start, end)` in steps of `step`, both by the names that the links use."""

    name: str
    step: str
    start: date
    end: date
    today: date

    @property
    def resolution(self) -> Resolution:
        """The length of its slots."""
        return STEPS[self.step][0]

    @property
    def year_before(self) -> timedelta | None:
        """How far back the time lies that it is compared with; None: the same dates of the year before."""
        return _SAME_WEEKDAY if self.resolution not in {Resolution.MONTH, Resolution.YEAR} else None

    @property
    def title(self) -> str:
        """What it is, in words."""
        if self.name == "tag":
            return words.day(self.start)
        if self.name == "monat":
            return words.month(self.start)
        if self.name == "jahr":
            return str(self.start.year)
        return f"{words.day(self.start)} bis {words.day(self.end - _DAY)}"

    def link(self, *, name: str | None = None, step: str | None = None, on: date | None = None) -> str:
        """Return the query of another span, step or day."""
        chosen = name or self.name
        steps = SPANS[chosen][1]
        kept = step or (self.step if name is None else steps[0])
        day = on or min(self.end - _DAY, self.today)
        return "?" + urlencode({"spanne": chosen, "schritt": kept, "ab": day.isoformat()})

    def earlier(self) -> str:
        """Return the query of the span before."""
        return self.link(on=self.start - _DAY)

    def later(self) -> str | None:
        """Return the query of the span after; None where it has not come yet."""
        if self.end > self.today:
            return None
        length = self.end - self.start
        return self.link(on=min(self.end + length - _DAY, self.today) if self.name == "60tage" else self.end)

    def spans(self) -> list[tuple[str, str, bool]]:
        """Return the choice of spans: word, query, whether it is this one."""
        return [(title, self.link(name=name), name == self.name) for name, (title, _) in SPANS.items()]

    def steps(self) -> list[tuple[str, str, bool]]:
        """Return the choice of steps: word, query, whether it is this one."""
        return [(STEPS[one][1], self.link(step=one), one == self.step) for one in SPANS[self.name][1]]


def span_of(name: str, step: str, day: str, today: date) -> MeterSpan:
    """Return the span that a link names; empty texts: the last sixty days. Raises `InvalidInput`."""
    chosen = name or "60tage"
    if chosen not in SPANS:
        raise InvalidInput("spanne", f"{name!r} is none of {', '.join(SPANS)}")
    steps = SPANS[chosen][1]
    if step and step not in steps:
        raise InvalidInput("schritt", f"{step!r} is none of {', '.join(steps)}")
    start, end = _days(chosen, _day(day) if day else today - _DAY if chosen == "60tage" else today)
    return MeterSpan(chosen, step or steps[0], start, end, today)


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("ab", f"{text!r} is no day") from error
    if not 1990 <= found.year <= 2100:
        raise InvalidInput("ab", f"{text!r} is not between 1990 and 2100")
    return found


def _days(name: str, day: date) -> tuple[date, date]:
    if name == "60tage":
        return day + _DAY - timedelta(days=ROLLING_DAYS), day + _DAY
    if name == "tag":
        return day, day + _DAY
    if name == "woche":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + 7 * _DAY
    if name == "monat":
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    first_year = day.year if name == "jahr" else day.year - _YEARS + 1
    return date(first_year, 1, 1), date(day.year + 1, 1, 1)
