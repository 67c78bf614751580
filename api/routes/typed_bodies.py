"""Bodies that come as JSON, or as a multipart form where pictures come along."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.answers.problems import InvalidInput, TooMuch
from gateway.photos import LARGEST_PHOTO_BYTES

Typed = TypeVar("Typed", bound=BaseModel)
_FORM = "multipart/form-data"


async def typed_body(
    request: Request, model: type[Typed], pictures: Sequence[str]
) -> tuple[Typed, Mapping[str, bytes]]:
    """Return the body as `model`, and the content of those of `pictures` that were sent; an empty field is none.

    Raises `RequestValidationError`, `InvalidInput` for what is neither JSON nor a form, `TooMuch`.
    """
    if not request.headers.get("content-type", "").startswith(_FORM):
        return _valid(model, _json(await request.body())), {}
    fields, found = await form_with_pictures(request, pictures)
    return _valid(model, fields), found


async def form_with_pictures(request: Request, pictures: Sequence[str]) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the filled fields of a form, and the content of those of `pictures` that were sent."""
    fields: dict[str, str] = {}
    found: dict[str, bytes] = {}
    try:
        async with request.form(max_files=len(pictures), max_fields=20) as form:
            for name, value in form.multi_items():
                if isinstance(value, str):
                    fields |= {name: value} if value.strip() else {}
                elif name in pictures:
                    found |= await _picture(name, value)
    except HTTPException as error:
        raise InvalidInput("body", str(error.detail)) from error
    return fields, found


async def _picture(name: str, file: UploadFile) -> dict[str, bytes]:
    if file.size is not None and file.size > LARGEST_PHOTO_BYTES:
        raise TooMuch(f"{name}: a photo may have {LARGEST_PHOTO_BYTES // 1024**2} MiB at most")
    content = await file.read()
    return {name: content} if content else {}


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("body", f"is not JSON: {error}") from error


def _valid(model: type[Typed], content: object) -> Typed:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        errors = [one | {"loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(errors) from error


def typed_body_schema(model: type[BaseModel], pictures: Sequence[str]) -> dict[str, Any]:
    """Return what the description of the interface says about such a body."""
    schema = model.model_json_schema()
    files = {name: {"type": "string", "format": "binary"} for name in pictures}
    form = schema | {"properties": schema["properties"] | files}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema}, _FORM: {"schema": form}},
        }
    }
