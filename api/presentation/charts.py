"""A chart with the table of the same numbers that follows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.charts import Chart, measure_chart, year_chart
from analysis.figures import Consumption, Slot
from analysis.german import labelled
from analysis.measures.measures import MeasureProgress
from api.presentation import words


@dataclass(frozen=True, slots=True)
class ShownChart:
    """`label` is what a screen reader says, `rows` are texts, `links` where each row leads; none: nowhere."""

    spec: Chart
    label: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    links: Sequence[str] = ()


def untitled(spec: Chart) -> Chart:
    """Return the chart without its title, which stands above it on the page; the subtitle explains the marks.

    What is dark in a mail is light on a dark page, so the page calls that line by its stroke.
    """
    title = spec.get("title")
    subtitle = title.get("subtitle") if isinstance(title, dict) else None
    rest = {name: value for name, value in spec.items() if name != "title"}
    if not isinstance(subtitle, str):
        return rest
    explained = subtitle.replace("dunkel:", "durchgezogen:")
    return rest | {"title": {"text": explained, "anchor": "start", "fontWeight": "normal"}}


def months(this_year: Consumption, last_year: Consumption, medium_id: str, title: str) -> ShownChart:
    """Months of a year against the year before."""
    years = [str(found.slots[0].start.year) for found in (this_year, last_year)]
    unit = words.unit_text(labelled(this_year.unit, this_year.reference))
    rows = [
        (words.month(new.start).split()[0], _month(new), _month(old))
        for new, old in zip(this_year.slots, last_year.slots, strict=False)
    ]
    header = ("Monat", f"{years[0]} ({unit})", f"{years[1]} ({unit})")
    spec = year_chart(this_year, last_year, medium_id=medium_id)
    return ShownChart(untitled(spec), f"{title} nach Monaten, {years[0]} gegen {years[1]}", header, rows)


def _month(slot: Slot) -> str:
    """A sum that lacks something must not pass for low use."""
    amount = words.digits(slot.value, 0)
    return f"{amount} (unvollständig)" if slot.value is not None and slot.coverage < 1 else amount


def measure(progress: MeasureProgress) -> ShownChart:
    """Expected, target and actual by month."""
    rows = [
        (
            words.month(row.month),
            words.digits(row.expected, 0),
            words.digits(row.target, 0),
            words.digits(row.actual, 0),
        )
        for row in progress.monthly
    ]
    unit = words.unit_text(labelled(progress.unit, progress.reference))
    header = ("Monat", f"erwartet ({unit})", f"Ziel ({unit})", f"tatsächlich ({unit})")
    return ShownChart(
        untitled(measure_chart(progress)),
        f"{progress.title}: erwartet, Ziel und tatsächlich nach Monaten",
        header,
        rows,
    )


def evidence(spec: Chart, label: str) -> ShownChart:
    """The chart that a rule drew; its table has the columns that the chart's own tooltip names."""
    rows = spec.get("data", {}).get("values", [])
    columns = _columns(spec) or {name: name for name in (rows[0] if rows else {})}
    texts = [tuple(_text(row.get(field)) for field in columns) for row in rows]
    return ShownChart(untitled(spec), label, tuple(columns.values()), texts)


def _columns(spec: Chart) -> dict[str, str]:
    """Return the tooltips' fields with their German titles, in their order."""
    layers = [spec, *spec.get("layer", [])]
    tips = [tip for layer in layers for tip in layer.get("encoding", {}).get("tooltip", [])]
    return {tip["field"]: tip["title"] for tip in tips}


def _text(value: object) -> str:
    if value is None:
        return words.NOTHING
    return words.digits(value) if isinstance(value, int | float) else str(value)
