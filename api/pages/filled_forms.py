"""A form of a meter's page as a browser sends it: who sent it, about which meter, and what was filled in."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.requests import Request

from api.evidence import Evidence
from api.routes.typed_bodies import form_with_pictures
from api.security.callers import caller_of, check_csrf
from config.meters.meter import Meter


class FilledForm(NamedTuple):
    """What somebody filled in; empty fields are left out."""

    author: str
    meter: Meter
    fields: Mapping[str, str]
    pictures: Mapping[str, bytes]


async def filled_form(
    request: Request, evidence: Evidence, meter_id: str, pictures: Sequence[str] = ()
) -> FilledForm:
    """Return the form that was sent; raises `NotFound`, and refuses one of another session."""
    caller = caller_of(request)
    fields, found = await form_with_pictures(request, pictures)
    check_csrf(caller, fields.get("csrf", ""))
    return FilledForm(caller.name, evidence.portfolio.meter(meter_id), fields, found)
