"""What `probe modbus --json` prints of a visit to a device."""

from typing import Any

from collector.modbus.plan import plan_rows
from collector.probing.checking import Checked
from collector.probing.matching import Found
from collector.probing.probing import Visit


def document_of(came: Visit, *, plan: bool = False) -> dict[str, Any]:
    """Return the document: values with their unit, null where the device says that it has none.

    `plan`: with the requests of a poll.
    """
    checked = came.checked
    document: dict[str, Any] = {
        "device": came.unit,
        "endpoint": came.endpoint,
        "profile": checked.profile.id if checked else None,
        "requests": came.requests,
        "readings": _readings(checked) if checked else [],
        "problems": list(checked.problems) if checked else [],
    }
    if came.compared:
        document["displays"] = _displays(came)
    if came.is_search:
        document |= {"candidates": _candidates(came), "matches": [_match(one) for one in came.found]}
    if plan and checked:
        document["plan"] = _plan(checked)
    document["yaml"] = came.yaml
    return document


def _displays(came: Visit) -> list[dict[str, Any]]:
    return [
        {
            "quantity": one.display.quantity,
            "display": one.display.value,
            "unit": one.display.unit,
            "read": one.read,
            "agrees": one.agrees,
        }
        for one in came.compared
    ]


def _candidates(came: Visit) -> list[dict[str, Any]]:
    return [
        {
            "profile": one.profile,
            "score": one.score,
            "plausible": one.plausible,
            "judged": one.judged,
            "agreeing": one.agreeing,
        }
        for one in came.candidates
    ]


def _readings(checked: Checked) -> list[dict[str, Any]]:
    return [
        {
            "quantity": one.register.quantity,
            "phase": one.register.phase,
            "value": one.value,
            "unit": one.unit,
            "address": one.register.address,
        }
        for one in checked.readings
    ]


def _match(found: Found) -> dict[str, Any]:
    match = found.match
    return {
        "quantity": match.display.quantity,
        "display": match.display.value,
        "unit": match.display.unit,
        "function_code": match.function_code,
        "address": match.address,
        "type": match.type,
        "word_order": match.word_order,
        "scale": match.scale,
        "value": match.value,
        "sure": found.sureness,
        "probability": round(found.probability, 4),
        "others": len(found.others),
    }


def _plan(checked: Checked) -> list[dict[str, Any]]:
    return [
        {
            "function_code": row.function_code,
            "address": row.addresses[0],
            "count": row.count,
            "once": row.static,
            "series": list(row.series),
        }
        for row in plan_rows(checked.profile)
    ]
