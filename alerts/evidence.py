"""The evidence that is kept with an alert: the window, and the chart as it was drawn for it."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any, Final

from alerts.findings import Finding
from config.errors import ZaehlwerkError
from gateway.operations import AlertRow, Outcome

log = logging.getLogger(__name__)

_CHART_IS_REDRAWN_AFTER: Final = timedelta(hours=20)


def evidence_of(
    finding: Finding | None, outcome: Outcome, open_alert: AlertRow | None, now: datetime
) -> dict[str, Any]:
    """Return a finding's evidence as JSON. The chart is drawn anew when something changed, else once a day."""
    if finding is None:
        return {}
    known = open_alert.evidence if open_alert else {}
    redraw = (
        open_alert is None
        or open_alert.state.value != outcome.value
        or open_alert.severity != finding.severity
        or now - datetime.fromisoformat(known.get("drawn_at", now.isoformat())) >= _CHART_IS_REDRAWN_AFTER
    )
    evidence: dict[str, Any] = {
        "start": finding.start.isoformat(),
        "end": finding.end.isoformat(),
        "source": finding.source,
        "chart": _drawn(finding) if redraw else known.get("chart"),
        "drawn_at": now.isoformat() if redraw else known.get("drawn_at"),
    }
    return evidence | ({"storm": known["storm"]} if "storm" in known else {})


def _drawn(finding: Finding) -> dict[str, Any] | None:
    """Draw the chart; an alert without its picture is better than none."""
    if finding.chart is None:
        return None
    try:
        drawn: dict[str, Any] = json.loads(json.dumps(finding.chart(), default=str))
    except ZaehlwerkError as error:
        log.warning("no chart: %s", error)
        return None
    return drawn
