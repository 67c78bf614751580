"""What untrusted YAML must look like: the strict model, its value types, and mistakes in words."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import reduce
from itertools import takewhile
from types import UnionType
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from config.errors import Problem
from config.parsing.spelling import did_you_mean
from config.parsing.yaml_places import Document, YamlPath, path_text

Model = TypeVar("Model", bound="Strict")
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]*")


class Strict(BaseModel):
    """A mapping whose keys are all known. A key without a value counts as not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        known = cls.yaml_keys()
        return {key: item for key, item in value.items() if item is not None or key not in known}

    @classmethod
    def yaml_keys(cls) -> tuple[str, ...]:
        """The keys as they stand in YAML."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


def wrong(message: str, allowed: str = "") -> PydanticCustomError:
    """Return the error that a validator raises: what is wrong, and what would be right."""
    return PydanticCustomError("wrong", "{message}", {"message": message, "allowed": allowed})


def show(value: object) -> str:
    """Write a value as it may stand in a message, shortened."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def text(value: object) -> str:
    """Take a non-empty text; numbers must be quoted, because `066849` and `66849` are different texts."""
    if isinstance(value, bool | int | Decimal):
        raise wrong(f"must be text: put {value} in quotes")
    if not isinstance(value, str):
        raise wrong(f"must be text, not {_kind(value)}")
    if not value.strip():
        raise wrong("must not be empty")
    return value


def flag(value: object) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise wrong(f"must be true or false, not {show(value)}", "true, false")
    return value


def identifier(value: object) -> str:
    """Take an id: lower-case letters, digits and hyphens."""
    word = text(value)
    if not IDENTIFIER.fullmatch(word):
        raise wrong(f"{show(word)} is no id", "a-z, 0-9 and hyphens, beginning with a letter or digit")
    return word


def number(value: object) -> Decimal:
    """Take a finite number, exactly as written."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise wrong(f"must be a number, not {show(value)}")
    decimal = Decimal(value)
    if not decimal.is_finite():
        raise wrong(f"must be a finite number, not {value}")
    return decimal


def whole(least: int, most: int) -> PlainValidator:
    """Return the type of whole numbers from `least` to `most`, both included."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise wrong(f"{show(value)} is no whole number in range", f"{least} to {most}")
        return value

    return PlainValidator(check)


def between(least: str, most: str | None = None) -> Callable[[object], Decimal]:
    """Return the type of numbers from `least` to `most`, both included; `most` None: without end."""

    def check(value: object) -> Decimal:
        decimal = number(value)
        if decimal < Decimal(least) or (most is not None and decimal > Decimal(most)):
            raise wrong(f"{value} is out of range", f"{least} to {most}" if most else f"at least {least}")
        return decimal

    return check


def above_zero(value: object) -> Decimal:
    """Take a number greater than zero."""
    decimal = number(value)
    if decimal <= 0:
        raise wrong(f"{value} is out of range", "more than 0")
    return decimal


def as_float(check: Callable[[object], Decimal]) -> PlainValidator:
    """Return the type `check` with a float as its value."""
    return PlainValidator(lambda value: float(check(value)))


def one_of(known: Iterable[str], what: str = "value", *, called: Mapping[str, str] | None = None) -> PlainValidator:
    """Return the type of the words in `known`; a wrong one is answered with the closest match.

    `called` are other names that people know the words by: they are no words, but lead to them.
    """
    words = tuple(known)

    def check(value: object) -> str:
        if value not in words:
            raise wrong(
                f"unknown {what} {show(value)}{did_you_mean(str(value), words, called=called)}", ", ".join(words)
            )
        return str(value)

    return PlainValidator(check)


Text = Annotated[str, PlainValidator(text)]
Flag = Annotated[bool, PlainValidator(flag)]
Id = Annotated[str, PlainValidator(identifier)]
Number = Annotated[Decimal, PlainValidator(number)]
PositiveFloat = Annotated[float, as_float(above_zero)]


def validated(model: type[Model], document: Document, at: YamlPath = ()) -> tuple[Model | None, list[Problem]]:
    """Check the mapping at path `at` of a document; returns the model or None, and every problem with its line."""
    value = _at(document.value, at)
    if value is None and at:
        value = {}
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, [_problem(model, document, at, detail) for detail in details]


def sound_part(model: type[Model], value: dict[str, Any]) -> tuple[Model | None, frozenset[YamlPath]]:
    """Return what a mapping says without its wrong keys, and these keys; None where nothing is left without them.

    Of a list with something wrong in it nothing is taken.
    """
    try:
        return model.model_validate(value), frozenset()
    except ValidationError as error:
        paths = [detail["loc"] for detail in error.errors(include_url=False, include_input=False)]
    wrong_keys = frozenset(tuple(takewhile(lambda key: isinstance(key, str), path)) for path in paths)
    try:
        return model.model_validate(reduce(_without, wrong_keys, value)), wrong_keys
    except ValidationError:
        return None, wrong_keys


def _without(value: dict[str, Any], path: YamlPath) -> dict[str, Any]:
    key, rest = path[0], path[1:]
    inner = value.get(str(key))
    if rest and isinstance(inner, dict):
        return {**value, str(key): _without(inner, rest)}
    return {name: one for name, one in value.items() if name != key}


def _at(value: Any, path: YamlPath) -> object:
    for key in path:
        value = value[key]
    return value


def _problem(model: type[Strict], document: Document, at: YamlPath, detail: ErrorDetails) -> Problem:
    path = (*at, *detail["loc"])
    if detail["type"] == "extra_forbidden":
        known = _model_at(model, detail["loc"][:-1]).yaml_keys()
        message = f"unknown key{did_you_mean(str(path[-1]), known)}"
        return Problem(document.file, document.line_of_key(path), path_text(path), message, ", ".join(known))
    if detail["type"] == "missing":
        place = document.nearest(path)
        line = document.line_of_key(path) if path in document.key_lines else document.line_of(place)
        return Problem(document.file, line, path_text(place), f"the key {str(path[-1])!r} is missing")
    context = detail.get("ctx", {})
    return document.problem(document.nearest(path), _in_words(detail), str(context.get("allowed", "")))


def _in_words(detail: ErrorDetails) -> str:
    if detail["type"] in {"model_type", "model_attributes_type", "dict_type"}:
        return f"must be a mapping (key: value), not {_kind(detail['input'])}"
    if detail["type"] in {"list_type", "tuple_type"}:
        return f"must be a list, not {_kind(detail['input'])}"
    return detail["msg"]


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    names: tuple[tuple[type, str], ...] = ((dict, "a mapping"), (list, "a list"), (str, "text"))
    return next((name for kind, name in names if isinstance(value, kind)), show(value))


def _model_at(model: type[Strict], path: tuple[str | int, ...]) -> type[Strict]:
    for key in path:
        if isinstance(key, str):
            field = next(field for name, field in model.model_fields.items() if key in {name, field.alias})
            model = next(_models_in(field.annotation))
    return model


def _models_in(annotation: object) -> Iterator[type[Strict]]:
    if isinstance(annotation, type) and not isinstance(annotation, UnionType) and issubclass(annotation, Strict):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
