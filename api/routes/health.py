"""Alive, ready, and how the sources fare."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import json_bytes
from api.evidence import Evidence, Given
from api.services import CollectorHealth
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
    newest = (
        (_labels(meter=meter, quantity=quantity), f"{reading.time_ms / 1000:.3f}")
        for (meter, quantity), reading in sorted(evidence.newest().items())
    )
    return [
        *([] if collector is None else _collector_lines(collector)),
        *_box_lines(evidence.operations.boxes.all()),
        *_metric("alerts_open", "gauge", [("", len(evidence.open_alerts()))]),
        *_metric("newest_reading_timestamp_seconds", "gauge", newest),
    ]


def _collector_lines(collector: CollectorHealth) -> list[str]:
    sources = [(_labels(source=one.source), one) for one in collector.sources]
    refused = (
        (_labels(source=one.source, reason=reason), count)
        for one in collector.sources
        for reason, count in sorted(one.refused.items())
    )
    return [
        *_metric("dropped_readings_total", "counter", [("", collector.dropped)]),
        *_metric("source_polls_total", "counter", ((labels, one.polls) for labels, one in sources)),
        *_metric("source_readings_total", "counter", ((labels, one.readings) for labels, one in sources)),
        *_metric("source_missed_total", "counter", ((labels, one.missed) for labels, one in sources)),
        *_metric("source_refused_total", "counter", refused),
        *_metric("source_connected", "gauge", ((labels, int(one.connected)) for labels, one in sources)),
        *_metric("source_devices_offline", "gauge", ((labels, len(one.offline)) for labels, one in sources)),
    ]


def _box_lines(states: Sequence[BoxStateRow]) -> list[str]:
    boxes = [(_labels(box=one.edge), one) for one in states]
    problems = ((_labels(box=one.edge, problem=one.problem), 1) for one in states if one.problem is not None)
    return [
        *_metric("box_online", "gauge", ((labels, int(one.online)) for labels, one in boxes)),
        *_metric("box_full_ratio", "gauge", ((labels, one.full_percent / 100) for labels, one in boxes)),
        *_metric("box_waiting_readings", "gauge", ((labels, one.waiting) for labels, one in boxes)),
        *_metric("box_heard_timestamp_seconds", "gauge", ((of, one.heard_at.timestamp()) for of, one in boxes)),
        *_metric("box_problem", "gauge", problems),
    ]


def _metric(name: str, kind: str, samples: Iterable[tuple[str, object]]) -> list[str]:
    """Return a metric with its samples, each with its labels as they are written."""
    whole = f"zaehlwerk_{name}"
    return [f"# TYPE {whole} {kind}", *(f"{whole}{labels} {value}" for labels, value in samples)]


def _labels(**values: str) -> str:
    return "{" + ",".join(f'{name}="{_label(value)}"' for name, value in values.items()) + "}"


def _label(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
