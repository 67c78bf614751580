"""`/docs`: the installed Swagger UI on our own OpenAPI document, nothing from another host."""

from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from api.presentation.rendering import templates_of

_SCHEME = {"type": "http", "scheme": "bearer", "description": "a token, `zw_…`"}


class Documented(FastAPI):
    """FastAPI whose OpenAPI document says that everything asks for a token."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        document = super().openapi()
        document.setdefault("components", {})["securitySchemes"] = {"token": _SCHEME}
        document["security"] = [{"token": []}]
        return document


router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Return the page on which the API can be tried out."""
    return templates_of(request).page(request, "docs.html", {})
