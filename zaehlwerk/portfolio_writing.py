"""Adds an entry to a property's file the way a person would: at the end of its list, everything else as it stood."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collector.mqtt.discovery.proposals import yaml_line
from config.errors import ConfigurationError, NotFound
from config.parsing.yaml_places import Document, read_document
from config.portfolio.files import load_portfolio
from gateway.whole_file import write_whole

_METERS = re.compile(r"^meters:\s*(\[\s*\])?\s*(#.*)?$")


def add_meter(folder: Path, property_id: str, entry: Mapping[str, Any]) -> Path:
    """Append a meter and check the whole portfolio; a file that `check` refuses is put back as it was.

    Returns the file; raises `ConfigurationError`, `NotFound`, and `OSError` where it cannot be written.
    """
    file, document = _file_of(folder, property_id)
    before = file.read_bytes()
    text = before.decode("utf-8-sig")
    write_whole(file.resolve(), with_meter(text, document, entry).encode("utf-8"))
    try:
        load_portfolio(folder)
    except BaseException:
        write_whole(file.resolve(), before)
        raise
    return file


def with_meter(text: str, document: Document, entry: Mapping[str, Any]) -> str:
    """Return the file with the meter behind its last one; raises `ConfigurationError` for a list in braces."""
    lines = text.splitlines()
    end = "\r\n" if "\r\n" in text else "\n"
    meters = document.value.get("meters") if isinstance(document.value, dict) else None
    if "meters" not in (document.value if isinstance(document.value, dict) else {}):
        return end.join([*lines, "meters:", yaml_line(entry), ""])
    head = document.line_of_key(("meters",)) - 1
    if not _METERS.match(lines[head]):
        raise ConfigurationError(f"{document.file}:{head + 1}: meters: write the list with one meter a line first")
    lines[head] = re.sub(r"\[\s*\]", "", lines[head]).rstrip() if not meters else lines[head]
    last = _end_of_list(lines, head)
    return end.join([*lines[:last], _indented(lines, head, yaml_line(entry)), *lines[last:], ""])


def _end_of_list(lines: list[str], head: int) -> int:
    """Index behind the last line that belongs to the list; comments and empty lines before the next key do not."""
    last = head
    for index in range(head + 1, len(lines)):
        line = lines[index]
        if line and not line.startswith((" ", "\t", "-", "#")):
            break
        if line.strip() and not line.lstrip().startswith("#"):
            last = index
    return last + 1


def _indented(lines: list[str], head: int, line: str) -> str:
    first = next((one for one in lines[head + 1 :] if one.lstrip().startswith("- ")), "  - ")
    return f"{first[: len(first) - len(first.lstrip())]}{line.lstrip()}"


def _file_of(folder: Path, property_id: str) -> tuple[Path, Document]:
    for file in sorted((folder / "properties").glob("*.yaml")):
        document = read_document(file)
        if isinstance(document.value, dict) and document.value.get("id") == property_id:
            return file, document
    raise NotFound("property", property_id)
