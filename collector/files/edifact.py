"""Takes an EDIFACT interchange apart: segments of elements of components. Source: ISO 9735-1:2002, 7 and 8."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from config.errors import InvalidReading

Elements = list[list[str]]
_DEFAULT = ":+.? '"
_LONGEST_SEGMENT = 10_000


class Segment(NamedTuple):
    """One segment; `number` counts from 1, `elements` begins with the one after the tag."""

    number: int
    tag: str
    text: str
    elements: Elements

    def component(self, element: int, component: int) -> str:
        """Return a component, empty where it is left out."""
        parts = self.elements[element] if element < len(self.elements) else []
        return parts[component] if component < len(parts) else ""


def segments(text: str) -> Iterator[Segment]:
    """Yield the segments; raises `InvalidReading` (`broken_file`) where the interchange was cut off."""
    text = text.lstrip("\ufeff \r\n")
    signs = _DEFAULT
    if text.startswith("UNA"):
        signs, text = text[3:9], text[9:]
    if len(signs) < len(_DEFAULT) or len(set(signs)) < 5 or any(sign.isalnum() for sign in signs):
        raise InvalidReading("broken_file", f"UNA names the signs {signs!r}")
    component, element, release, end = signs[0], signs[1], signs[3], signs[5]
    *whole, rest = _split(text, end, release)
    if rest.strip("\r\n\t "):
        raise InvalidReading(
            "broken_file", f"it ends in the middle of segment {len(whole) + 1}: {rest.strip()[:40]!r}"
        )
    told = [written for raw in whole if (written := raw.strip("\r\n\t "))]
    if told and told[0].startswith("UNB") and not told[-1].startswith("UNZ"):
        raise InvalidReading("broken_file", "it ends before the interchange does: no UNZ")
    for number, written in enumerate(told, start=1):
        if len(written) > _LONGEST_SEGMENT:
            raise InvalidReading("broken_file", f"segment {number} does not end")
        elements = [
            [_plain(part, release) for part in _split(one, component, release)]
            for one in _split(written, element, release)
        ]
        yield Segment(number, elements[0][0], written, elements[1:])


def _split(text: str, sign: str, release: str) -> list[str]:
    """Split at a sign that no release character takes its meaning from."""
    if release == " " or release not in text:
        return text.split(sign)
    parts: list[str] = []
    kept = ""
    for part in text.split(sign):
        kept += part
        if (len(part) - len(part.rstrip(release))) % 2:
            kept += sign  # released: it belongs to the text
        else:
            parts.append(kept)
            kept = ""
    return [*parts, kept] if kept else parts


def _plain(text: str, release: str) -> str:
    if release == " " or release not in text:
        return text
    return re.sub(rf"{re.escape(release)}(.)", r"\1", text, flags=re.DOTALL)
