"""What a message says, as JSON in the outbox: decided with the alert, put into words of a mail when it leaves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from alerts.findings import Finding
from alerts.lifecycle import Occasion
from alerts.messages.language import euros, known, moment
from alerts.messages.phrases import PHRASES
from config.portfolio.portfolio import Person, Portfolio
from gateway.operations import AlertRow, OutboxMessage
from gateway.reading import milliseconds


def responsible(portfolio: Portfolio, property_id: str) -> Person | None:
    """Return who is told of a property's alerts: its facility manager, else the first of the district's people."""
    manager = portfolio.property(property_id).facility_manager_id
    if manager is not None:
        return portfolio.person(manager)
    return portfolio.people[0] if portfolio.people else None


def alert_message(
    portfolio: Portfolio, person: Person, alert: AlertRow, finding: Finding, occasion: Occasion, *, now: datetime
) -> OutboxMessage:
    """Return the message about one alert; the same occasion of the same alert is the same message."""
    language = known(person.language)
    words = finding.words[language]
    place = portfolio.property(alert.property)
    content = {
        "kind": "alert",
        "language": language,
        "occasion": occasion.value,
        "alert": alert.id,
        "urgent": alert.severity == "urgent",
        "person": person.name,
        "property": place.name,
        "is_manager": place.facility_manager_id == person.id,
        "title": words.title,
        "observed": words.observed,
        "cause": words.cause,
        "next_step": words.next_step,
        "since": moment(alert.since, portfolio.district.zone, language),
        "cost_per_day": _cost(alert.cost_eur_per_day, language),
        "cost_per_year": _cost(alert.cost_eur_per_year, language),
        "chart": alert.evidence.get("chart"),
        "sample": portfolio.district.sample,
    }
    again = f"-{milliseconds(alert.silenced_until)}" if occasion is Occasion.REMINDER and alert.silenced_until else ""
    key = f"alert-{alert.id}-{milliseconds(alert.opened_at)}-{occasion.value}{again}"
    return OutboxMessage(key, person.id, person.email, content, now)


def storm_message(
    portfolio: Portfolio,
    person: Person,
    storm: str,
    source: str,
    told: Sequence[tuple[AlertRow, Finding]],
    *,
    now: datetime,
) -> OutboxMessage:
    """Return the one message about many meters of one person that fell silent together."""
    language, phrases = known(person.language), PHRASES[known(person.language)]
    lines = [_storm_line(portfolio, *one, language=language) for one in told]
    since = moment(min(alert.since for alert, _ in told), portfolio.district.zone, language)
    one = len(lines) == 1
    subject = phrases.storm_subject_one if one else phrases.storm_subject
    seen = phrases.storm_seen_one if one else phrases.storm_seen
    content: Mapping[str, Any] = {
        "kind": "storm",
        "language": language,
        "person": person.name,
        "title": subject.format(count=len(lines)),
        "observed": seen.format(since=since, count=len(lines), source=source),
        "meters": sorted(lines, key=lambda line: (line["property"], line["title"])),
        "count": len(lines),
        "sample": portfolio.district.sample,
    }
    return OutboxMessage(f"storm-{storm}-{person.id}", person.id, person.email, content, now)


def _storm_line(portfolio: Portfolio, alert: AlertRow, finding: Finding, *, language: str) -> dict[str, str]:
    return {
        "property": portfolio.property(alert.property).name,
        "title": finding.words[language].title,
        "since": moment(alert.since, portfolio.district.zone, language),
    }


def _cost(value_eur: float | None, language: str) -> str | None:
    return None if value_eur is None else euros(value_eur, language)
