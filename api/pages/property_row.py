"""One property in the list: how it does in a word, its key figures against the benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.figures import Figure
from analysis.properties.kpis import BenchmarkComparison, PropertyKpis
from analysis.properties.trust import Trust, trust_in
from api.evidence import Evidence
from api.media import GROUPS, Group
from api.presentation.lights import ACT, LOOK, Light
from api.trust import witness
from config.benchmarks import CATEGORIES
from config.portfolio.properties import Property
from gateway.operations import AlertRow

QUIET = Light("ok", "✓", "kein Alarm")
WHITE_SPOT = Light("unknown", "○", "weißer Fleck")
_WIDEST = 1.7  # of the mean: where the bullet's scale ends unless the value lies beyond


@dataclass(frozen=True, slots=True)
class Bullet:
    """A key figure on a scale of 0..100; positions are None where there is nothing to mark."""

    group: Group
    figure: Figure
    comparison: BenchmarkComparison | None
    value: float | None
    mean: float | None
    target: float | None
    trust: Trust | None


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """`bullets` is empty for a property without meters: a white spot, never zero."""

    place: Property
    category: str
    light: Light
    alerts: int
    bullets: list[Bullet]


def property_row(evidence: Evidence, place: Property, alerts: Sequence[AlertRow]) -> PropertyRow:
    """Return a property's row; `alerts` are the open ones of all properties."""
    own = [alert for alert in alerts if alert.property == place.id]
    category = category_title(place)
    if not place.meters:
        return PropertyRow(place, category, WHITE_SPOT, len(own), [])
    kpis = evidence.kpis(place.id, evidence.today().year - 1)
    shown = [bullet for bullet in bullets(evidence, kpis) if bullet.group.id in ("electricity", "heat")]
    return PropertyRow(place, category, status_light(own), len(own), shown)


def category_title(place: Property) -> str:
    """Return what kind of property it is, in German."""
    category = CATEGORIES.get(place.category)
    return category.title if category else place.category


def status_light(alerts: Sequence[AlertRow]) -> Light:
    """Return how a metered property does."""
    if any(alert.severity == "urgent" for alert in alerts):
        return ACT
    return LOOK if alerts else QUIET


def bullets(evidence: Evidence, kpis: PropertyKpis) -> list[Bullet]:
    """Return the key figures per m² of every group that has one."""
    trusts = trusts_of(evidence, kpis)
    chosen = [(group, name) for group in GROUPS if (name := _best(kpis, group)) is not None]
    return [_bullet(kpis, group, name, trusts[name]) for group, name in chosen]


def trusts_of(evidence: Evidence, kpis: PropertyKpis) -> dict[str, Trust | None]:
    """Return how far each key figure can be trusted, by name; None where it is not for want of data that it lacks."""
    vouching = witness(evidence, date(kpis.year, 1, 1), date(kpis.year + 1, 1, 1))
    return {
        name: trust_in(figure, vouching) if figure.reason in {None, "insufficient_data"} else None
        for name, figure in kpis.figures.items()
    }


def _best(kpis: PropertyKpis, group: Group) -> str | None:
    """Return the name of the group's figure: the one with a benchmark and a value, else what there is."""
    names = [name for name in group.per_m2 if name in kpis.figures and kpis.figures[name].reason != "no_meter"]
    known = [name for name in names if kpis.figures[name].value is not None]
    compared = [name for name in known if name in kpis.benchmarks]
    return next(iter(compared or known or names), None)


def _bullet(kpis: PropertyKpis, group: Group, name: str, trust: Trust | None) -> Bullet:
    figure, comparison = kpis.figures[name], kpis.benchmarks.get(name)
    mean, target = (comparison.mean, comparison.target) if comparison else (None, None)
    widest = max((mean or 0.0) * _WIDEST, (figure.value or 0.0) * 1.05) or 1.0
    value, mean_at, target_at = (_position(number, widest) for number in (figure.value, mean, target))
    return Bullet(group, figure, comparison, value, mean_at, target_at, trust)


def _position(number: float | None, widest: float) -> float | None:
    return None if number is None else round(100 * number / widest, 1)
