"""Alive, ready, and how the sources fare."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import json_bytes
from api.evidence import Evidence, Given
from api.services import CollectorHealth, SourceHealth
from config.errors import ZaehlwerkError
from gateway.operations import BoxStateRow

router = APIRouter(tags=["operation"])
PARTS = ("store", "spool", "scheduler")


@router.head("/health", include_in_schema=False)
@router.get("/health")
async def health() -> Response:
    """Say that the process is alive. Needs no token."""
    return Response(b'{"status":"alive"}', media_type="application/json")


@router.get("/ready")
async def ready(evidence: Given) -> Response:
    """Say of each part whether it works; 503 while one does not, or while the history is being loaded."""
    progress = evidence.services.loading()
    if progress is not None:
        loading = {"status": "loading", "share": round(progress.share, 3), "step": progress.step}
        return _json(loading, status=503)
    checks = await asyncio.to_thread(_checked, evidence)
    works = all(check["status"] != "failed" for check in checks.values())
    return _json({"status": "ready" if works else "not_ready", "checks": checks}, status=200 if works else 503)


def _checked(evidence: Evidence) -> dict[str, dict[str, str]]:
    own: Mapping[str, Callable[[], None]] = {
        "store": evidence.books.store.ready,
        "operations": evidence.operations.ready,
    }
    checks = {**own, **evidence.services.checks}
    unused = {name: {"status": "not_used"} for name in PARTS if name not in checks}
    return {name: _check(check) for name, check in checks.items()} | unused


def _check(check: Callable[[], None]) -> dict[str, str]:
    try:
        check()
    except ZaehlwerkError as error:
        return {"status": "failed", "detail": str(error)}
    return {"status": "ok"}


def _json(content: object, *, status: int) -> Response:
    return Response(json_bytes(content), status, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/metrics")
async def metrics(evidence: Given, request: Request) -> Response:
    """Return the counters in Prometheus' text format."""
    lines = await asyncio.to_thread(_metric_lines, evidence)
    text = "\n".join([*lines, *request.app.state.counted.lines()]) + "\n"
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _metric_lines(evidence: Evidence) -> list[str]:
    collector = evidence.services.statistics()
    lines = [] if collector is None else _collector_lines(collector)
    lines += _box_lines(evidence.operations.boxes.all())
    lines += ["# TYPE zaehlwerk_alerts_open gauge", f"zaehlwerk_alerts_open {len(evidence.open_alerts())}"]
    lines.append("# TYPE zaehlwerk_newest_reading_timestamp_seconds gauge")
    for (meter, quantity), reading in sorted(evidence.newest().items()):
        labels = f'meter="{_label(meter)}",quantity="{_label(quantity)}"'
        lines.append(f"zaehlwerk_newest_reading_timestamp_seconds{{{labels}}} {reading.time_ms / 1000:.3f}")
    return lines


def _collector_lines(collector: CollectorHealth) -> list[str]:
    lines = [
        "# TYPE zaehlwerk_dropped_readings_total counter",
        f"zaehlwerk_dropped_readings_total {collector.dropped}",
    ]
    for name in ("polls", "readings", "missed"):
        lines.append(f"# TYPE zaehlwerk_source_{name}_total counter")
        lines += [f"zaehlwerk_source_{name}_total{_source(one)} {getattr(one, name)}" for one in collector.sources]
    lines.append("# TYPE zaehlwerk_source_refused_total counter")
    for one in collector.sources:
        for reason, count in sorted(one.refused.items()):
            labels = f'{{source="{_label(one.source)}",reason="{_label(reason)}"}}'
            lines.append(f"zaehlwerk_source_refused_total{labels} {count}")
    lines.append("# TYPE zaehlwerk_source_connected gauge")
    lines += [f"zaehlwerk_source_connected{_source(one)} {int(one.connected)}" for one in collector.sources]
    lines.append("# TYPE zaehlwerk_source_devices_offline gauge")
    lines += [f"zaehlwerk_source_devices_offline{_source(one)} {len(one.offline)}" for one in collector.sources]
    return lines


def _box_lines(boxes: Sequence[BoxStateRow]) -> list[str]:
    figures: Mapping[str, Callable[[BoxStateRow], float]] = {
        "online": lambda one: int(one.online),
        "full_ratio": lambda one: one.full_percent / 100,
        "waiting_readings": lambda one: one.waiting,
        "heard_timestamp_seconds": lambda one: one.heard_at.timestamp(),
    }
    lines = []
    for name, figure in figures.items():
        lines.append(f"# TYPE zaehlwerk_box_{name} gauge")
        lines += [f'zaehlwerk_box_{name}{{box="{_label(one.edge)}"}} {figure(one)}' for one in boxes]
    lines.append("# TYPE zaehlwerk_box_problem gauge")
    for one in boxes:
        if one.problem is not None:
            lines.append(f'zaehlwerk_box_problem{{box="{_label(one.edge)}",problem="{_label(one.problem)}"}} 1')
    return lines


def _source(one: SourceHealth) -> str:
    return f'{{source="{_label(one.source)}"}}'


def _label(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
