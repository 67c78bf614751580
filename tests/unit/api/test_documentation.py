"""What is built is written down."""

from pathlib import Path

from fastapi import FastAPI

from api.security.permissions import ROLES
from tests.unit.api.client import Client

_TEXT = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_route_for_programs_is_documented(administrator: Client) -> None:
    paths = administrator.get("/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert {route for route in routes if f"`{route}`" not in _TEXT} == set()


def test_every_role_is_documented(app: FastAPI) -> None:
    assert all(f"`{role}`" in _TEXT for role in ROLES)
