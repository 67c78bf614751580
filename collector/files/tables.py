"""Rows of CSV and spreadsheet files, in pieces: encodings, delimiters and sheets behind one form."""

import codecs
import csv
import io
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from collector.files.mapping import FileMapping
from collector.files.numerals import Cell
from collector.importing import Progress
from config.errors import InvalidReading

BLOCK = 20_000
_CELLS = 100_000  # of a block: large enough for whole columns, small enough for a small machine
_HEAD_LINES = 60
_LARGEST_SHEET = 2**30  # bytes unpacked: a spreadsheet that says it holds more is not opened
_BEHIND = "\0end"  # comes as a row of its own unless a quotation mark is open
_LAST_ROW = 2**20  # of a sheet, for Excel and LibreOffice alike
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = (";", "\t", "|", ",")  # a comma is as often in the numbers, so it comes last
# What openpyxl lets out of a file that is damaged or none.
_BROKEN = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    ET.ParseError,
    zipfile.BadZipFile,
    zlib.error,
)


class Line(NamedTuple):
    """A row of a file; `number` counts lines from 1, with the headings."""

    number: int
    cells: tuple[Cell, ...]


class Layout(NamedTuple):
    """How to take a file apart. `sheets` are all that a spreadsheet has."""

    format: str
    encoding: str = "utf-8"
    delimiter: str = ";"
    sheet: str | None = None
    sheets: tuple[str, ...] = ()


def layout_of(file: Path, mapping: FileMapping | None = None) -> Layout:
    """Return how a file is made, by what the mapping says and else by its bytes; raises `InvalidReading`."""
    with file.open("rb") as opened:
        head = opened.read(65_536)
    if head[:4] == b"PK\x03\x04":
        sheets = _sheets(file)
        wanted = mapping.sheet if mapping is not None else None
        if wanted is not None and wanted not in sheets:
            raise InvalidReading("wrong_columns", f"no sheet {wanted!r} (allowed: {', '.join(sheets)})")
        return Layout("xlsx", sheet=wanted or sheets[0], sheets=sheets)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise InvalidReading("old_spreadsheet", f"{file.name} is an old .xls: save it as .xlsx or CSV")
    encoding = mapping.encoding if mapping is not None and mapping.encoding else _encoding(file, head)
    text = head.decode(encoding, errors="replace")
    if text.lstrip("\ufeff \r\n").startswith(("UNA", "UNB+")):
        return Layout("mscons", encoding)
    delimiter = mapping.delimiter if mapping is not None and mapping.delimiter else _delimiter(text.splitlines())
    return Layout("csv", encoding, delimiter)


def lines_of(file: Path, layout: Layout, progress: Progress | None = None) -> Iterator[Line]:
    """Yield the rows that are not empty; raises `InvalidReading` for a file that cannot be taken apart."""
    if layout.format == "xlsx":
        return _sheet_lines(file, layout, progress)
    return _text_lines(file, layout, progress)


def in_blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield the lines in pieces of about as many cells, however wide the table is."""
    remaining = iter(lines)
    while block := list(islice(remaining, 1)):
        width = max(len(block[0].cells), 1)
        block += islice(remaining, max(_CELLS // width, 100))
        yield block


def _text_lines(file: Path, layout: Layout, progress: Progress | None) -> Iterator[Line]:
    size = file.stat().st_size
    with file.open("rb") as raw, io.TextIOWrapper(raw, encoding=layout.encoding, errors="replace") as text:
        try:
            for number, cells in _split(text, layout.delimiter):
                if progress is not None and number % BLOCK == 0:
                    progress(raw.tell(), size)
                if any(cells):
                    yield Line(number, cells)
        except csv.Error as error:
            raise InvalidReading("broken_file", str(error)) from error
    if progress is not None:
        progress(size, size)


def _split(text: Iterable[str], delimiter: str) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Split at the delimiter; from the first quote on by the rules of quoting, which take four times as long."""
    lines = enumerate(text, start=1)
    for number, line in lines:
        if '"' in line:
            yield from _quoted(number, _put_back(line, lines), delimiter)
            return
        yield number, tuple([cell.strip() for cell in line.removeprefix("\ufeff").split(delimiter)])


def _quoted(number: int, lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Yield rows from line `number` on; raises `InvalidReading` for a quote that swallows the rest of the file."""
    quoted = csv.reader(chain(lines, [_BEHIND]), delimiter=delimiter)
    begins = number
    for cells in quoted:
        if cells == [_BEHIND]:
            return
        if cells and cells[-1].endswith(_BEHIND):
            raise InvalidReading("broken_file", f"the quotation mark that opens in line {begins} is never closed")
        yield number + quoted.line_num - 1, tuple(cell.strip() for cell in cells)
        begins = number + quoted.line_num


def _put_back(line: str, others: Iterator[tuple[int, str]]) -> Iterator[str]:
    yield line.removeprefix("\ufeff")
    for _, other in others:
        yield other


def _encoding(file: Path, head: bytes) -> str:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if len(head) > 3 and head.count(0) > len(head) // 4:
        return "utf-16-le" if head[1] == 0 else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with file.open("rb") as opened:
            while piece := opened.read(2**20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(lines: list[str]) -> str:
    """Return what most lines of a file's head have in them."""
    head = lines[:_HEAD_LINES]
    return max(_DELIMITERS, key=lambda delimiter: sum(delimiter in line for line in head))


def _sheets(file: Path) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(part.file_size for part in archive.infolist()) > _LARGEST_SHEET:
                raise InvalidReading("too_large", f"{file.name} holds more than {_LARGEST_SHEET >> 20} MiB unpacked")
        with _Workbook(file) as workbook:
            names = tuple(str(name) for name in workbook.sheetnames)
    except _BROKEN as error:
        raise InvalidReading("broken_file", f"{file.name} is no spreadsheet: {error}") from error
    if not names:
        raise InvalidReading("broken_file", f"{file.name} has no sheet")
    return names


class _Workbook:
    """Opens a spreadsheet row by row and closes it again."""

    def __init__(self, file: Path) -> None:
        import openpyxl  # noqa: PLC0415  slow to import, and most files are text

        self._opened = file.open("rb")  # by name it would go by the ending
        try:
            self._book = openpyxl.load_workbook(self._opened, read_only=True, data_only=True)
        except BaseException:
            self._opened.close()
            raise

    def __enter__(self):  # type: ignore[no-untyped-def]
        return self._book

    def __exit__(self, *_error: object) -> None:
        self._book.close()
        self._opened.close()


def _sheet_lines(file: Path, layout: Layout, progress: Progress | None) -> Iterator[Line]:
    try:
        with _Workbook(file) as workbook:
            sheet = workbook[layout.sheet]
            whole = sheet.max_row or 0
            sheet.reset_dimensions()  # some writers leave a wrong size behind
            width = 0
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                if progress is not None and number % BLOCK == 0:
                    progress(min(number, whole), whole)
                if number > _LAST_ROW:
                    raise InvalidReading("broken_file", f"{file.name} has a row beyond the last one, {_LAST_ROW}")
                if not row:  # between two rows far apart, openpyxl yields each that is missing
                    continue
                width = max(width, len(row))
                cells = tuple(_cell(value) for value in row) + ("",) * (width - len(row))
                if any(cell != "" for cell in cells):
                    yield Line(number, cells)
            if progress is not None:
                progress(1, 1)
    except _BROKEN as error:
        raise InvalidReading("broken_file", f"{file.name} cannot be read: {error}") from error


def _cell(value: object) -> Cell:  # noqa: PLR0911 - one per type
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case int() | float():
            return float(value)
        case datetime():
            # A spreadsheet counts days as floats: 23:45 may come out a microsecond early.
            return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(sep=" ")
        case date():
            return value.isoformat()
        case time():
            return value.replace(microsecond=0).isoformat()
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
        case _:
            return str(value).strip()
