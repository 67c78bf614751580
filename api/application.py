"""The web application: routes and pages behind one gate."""

import re
import secrets
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.counted import Counted, Counting
from api.evidence import Evidence
from api.pages import alerts as alert_pages
from api.pages import balance as balance_pages
from api.pages import completeness as completeness_pages
from api.pages import documentation, event_answers, signing_in
from api.pages import measures as measure_pages
from api.pages import meter as meter_pages
from api.pages import meter_entries as meter_entry_pages
from api.pages import overview as overview_page
from api.pages import property as property_pages
from api.pages import trace as trace_page
from api.pages import trail as trail_page
from api.presentation import static_files
from api.presentation.loading import Loading
from api.presentation.problem_pages import refusal
from api.presentation.rendering import build_templates
from api.presentation.static_files import StaticFiles
from api.remembered import Remembered
from api.routes import (
    alerts,
    balance,
    completeness,
    consumption,
    deliveries,
    events,
    exchanges,
    health,
    kpis,
    measures,
    meters,
    photos,
    properties,
    public,
    readings,
    trace,
)
from api.security.authentication import Gate
from api.security.body_limit import BodyLimit
from api.security.protection import Protection, protect
from api.security.push_limits import PushLimits
from api.services import CollectorHealth, Progress, PushResult, Rejected, Services, SourceHealth
from config.errors import ZaehlwerkError
from gateway.photos import LARGEST_PHOTO_BYTES

__all__ = ["CollectorHealth", "Progress", "PushResult", "Rejected", "Services", "SourceHealth", "application"]

LARGEST_BODY_BYTES = 8 * 1024 * 1024
_UPLOADS = re.compile(r"/v1/meters/[^/]+/(readings|exchanges)|/zaehler/[^/]+(/wechsel)?")
_LARGEST_UPLOAD_BYTES = 2 * LARGEST_PHOTO_BYTES + 256 * 1024
_ROUTERS = (
    health.router,
    properties.router,
    meters.router,
    readings.router,
    deliveries.router,
    consumption.router,
    completeness.router,
    trace.router,
    events.router,
    exchanges.router,
    photos.router,
    kpis.router,
    measures.router,
    alerts.router,
    balance.router,
    public.router,
    documentation.router,
    static_files.router,
    signing_in.router,
    overview_page.router,
    property_pages.router,
    meter_pages.router,
    meter_entry_pages.router,
    event_answers.router,
    trace_page.router,
    trail_page.router,
    alert_pages.router,
    measure_pages.router,
    balance_pages.router,
    completeness_pages.router,
)


def application(services: Services) -> FastAPI:
    """Build the application. Nothing here reads the environment, and nothing runs before it is served."""
    app = documentation.Documented(
        title="Zählwerk",
        summary="Energy monitoring for a district's public buildings",
        version="1",
        docs_url=None,
        redoc_url=None,
    )
    # The documentation page that is shipped reads OpenAPI 3.0.
    app.openapi_version = "3.0.3"
    app.state.counted = Counted()
    app.state.static_files = StaticFiles()
    app.state.templates = build_templates(services, app.state.static_files)
    app.state.push_limits = PushLimits(services.push_allowance, services.clock)
    app.state.evidence = Evidence(services, Remembered(services.clock))
    for router in _ROUTERS:
        app.include_router(router)
    _refuse_in_words(app)
    _stand_guard(app, services)
    return app


def _stand_guard(app: FastAPI, services: Services) -> None:
    # What is added last sees a request first.
    is_https = urlsplit(services.public_url).scheme == "https"
    app.add_middleware(
        BodyLimit, largest_bytes=LARGEST_BODY_BYTES, uploads=_UPLOADS, largest_upload=_LARGEST_UPLOAD_BYTES
    )
    app.add_middleware(Loading, loading=services.loading)
    app.add_middleware(
        Gate,
        tokens=services.operations.tokens,
        public_url=services.public_url,
        open_secret=secrets.token_urlsafe() if services.demo else None,
    )
    app.add_middleware(Counting, counted=app.state.counted)
    app.add_middleware(Protection, is_https=is_https)


def _refuse_in_words(app: FastAPI) -> None:
    async def refuse(request: Request, error: Exception) -> Response:
        return refusal(request, error)

    async def refuse_unforeseen(request: Request, error: Exception) -> Response:
        # This answer is made outside every middleware.
        answer = refusal(request, error)
        protect(answer.headers, request.url.path, is_https=False)
        return answer

    for kind in (ZaehlwerkError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refuse)
    app.add_exception_handler(Exception, refuse_unforeseen)
