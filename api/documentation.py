"""`/docs`: the installed Swagger UI on our own OpenAPI document, nothing from another host."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.pages.rendering import templates_of

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Return the page on which the API can be tried out."""
    return templates_of(request).page(request, "docs.html", {})
