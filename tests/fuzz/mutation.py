"""Damages inputs: bytes turned, cut, doubled and swapped, and words replaced by ones that parsers stumble over."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

LARGEST_BYTES = 65_536
_MOST_CHANGES = 6
_WORDS = re.compile(rb'"[^"]*"|[\w.+-]+|[^\w\s]')
_NASTY: tuple[bytes, ...] = (
    *(
        b"",
        b" ",
        b"\0",
        b"\n",
        b"\r\n",
        b"\t",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xc3",
        b"\xc2\xa0",
        b"\xed\xa0\x80",
    ),
    *(
        b'"',
        b"'",
        b",",
        b";",
        b":",
        b"{",
        b"}",
        b"[",
        b"]",
        b"[]",
        b"{}",
        b"{{",
        b"|",
        b"&a",
        b"*a",
        b"<<",
        b"- ",
        b"#",
        b"!!x",
    ),
    *(
        b"?",
        b"=",
        b"%",
        b"%00",
        b"%ff",
        b"@",
        b"/",
        b"//",
        b"\\",
        b"\\ud800",
        b"+",
        b"-",
        b".",
        b"..",
        b"[::1",
        b"[",
        b"*",
        b"$",
    ),
    *(
        b"null",
        b"true",
        b"false",
        b"NaN",
        b"nan",
        b"inf",
        b"-inf",
        b"Infinity",
        b"~",
        b"None",
        b'""',
        b'"x"',
        b"[[]]",
    ),
    *(
        b"0",
        b"-0",
        b"-1",
        b"1",
        b"00",
        b"1.",
        b".5",
        b"1e5",
        b"1e308",
        b"1e309",
        b"-1e400",
        b"1E-400",
        b"0x10",
        b"1_000",
    ),
    *(b"65535", b"65536", b"4294967296", b"9223372036854775807", b"9223372036854775808", b"18446744073709551616"),
    *(
        b"9" * 40,
        b"9" * 400,
        b"9" * 5000,
        b"1.234,56",
        b"1,234.56",
        b"12.345",
        "٣".encode(),
        "²".encode(),
        "½".encode(),
    ),
    *(b"0001-01-01", b"9999-12-31", b"0000-00-00", b"00010101", b"99991231", b"9999123123", b"2026-03-29T02:30:00"),
    *(b"2026-10-25T02:30:00", b"9999-12-31T23:59:59", b"9999-12-31T23:59:59-14:00", b"0001-01-01T00:00:00+14:00"),
    *(
        b"24:00",
        b"25:61",
        b"+24:00",
        b"+99:99",
        b"Z",
        b"PT0S",
        b"PT99999999999H",
        b"P1M",
        b"2026-W01-1",
        b"2026-02-30",
    ),
    *(
        b"kWh",
        b"MWh",
        b"m3",
        b"PS",
        b"Europe/Berlin",
        b"../../etc",
        b"Europe",
        b"/",
        b"localtime",
        b"active_power.L1",
    ),
    *(b"[" * 2000, b'{"a":' * 2000, b"(" * 300, b"a" * 3000, b"\xe2\x80\xa8", b"\xf0\x9f\x92\xa1", b"SunS"),
)

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, 2**63, 10**400, float("nan"), float("inf"), -0.0),
    *("", "x", "1", "1,5", "nan", "\0", "\ud800", "²", "2026-11-22T11:00:00", "9999-12-31T23:59:59Z", "a" * 500),
    *([], {}, [[]], [0], ["OK"], {"a": {}}, [{}], {"": []}, {"value": 1}, [None]),
)
Change = Callable[[bytes, Random, Sequence[bytes]], bytes]


def mutated(content: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return a damaged input; `others` are good ones of which pieces are taken."""
    for _ in range(random.randint(1, _MOST_CHANGES)):
        content = random.choice(_CHANGES)(content, random, others)
    return content[:LARGEST_BYTES]


def _piece(content: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(content) + 1)
    longest = len(content) - start
    return start, start + random.choice((min(1, longest), min(4, longest), random.randint(0, longest)))


def _turn_bits(content: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    if not content:
        return random.randbytes(4)
    at = random.randrange(len(content))
    return content[:at] + bytes((content[at] ^ (1 << random.randrange(8)),)) + content[at + 1 :]


def _cut(content: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    start, end = _piece(content, random)
    return content[:start] + content[end:]


def _repeat(content: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    start, end = _piece(content, random)
    return content[:end] + content[start:end] * random.randint(1, 3) + content[end:]


def _overwrite(content: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    width = random.choice((1, 2, 4, 8))
    number = random.choice(
        (0, 1, 0x7F, 0x80, 0xFF, 1 << (8 * width - 1), (1 << 8 * width) - 1, random.getrandbits(64))
    )
    at = random.randrange(len(content) + 1)
    order = random.choice((False, True))
    raw = (number % (1 << 8 * width)).to_bytes(width, "big" if order else "little")
    return content[:at] + raw + content[at + width :]


def _insert(content: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + random.choice(_NASTY) + content[at:]


def _replace_word(content: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    words = list(_WORDS.finditer(content))
    if not words:
        return _insert(content, random, others)
    word = random.choice(words)
    new = random.choice((random.choice(_NASTY), random.choice(words).group(), b'"' + random.choice(_NASTY) + b'"'))
    return content[: word.start()] + new + content[word.end() :]


def _replace_value(content: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Damage a document that stays JSON: what has another type than usual gets deeper than what cannot be read."""
    try:
        document = json.loads(content)
        places = list(_places(document))
    except (ValueError, RecursionError):
        return _replace_word(content, random, others)
    if not places:
        return json.dumps(random.choice(_VALUES)).encode()
    inside, key = random.choice(places)
    inside[key] = random.choice(_VALUES)
    return json.dumps(document).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _swap_lines(content: bytes, random: Random, _others: Sequence[bytes]) -> bytes:
    lines = content.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _splice(content: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    start, end = _piece(other, random)
    at, behind = _piece(content, random)
    return content[:at] + other[start:end] + content[behind:]


_CHANGES: tuple[Change, ...] = (
    *(_turn_bits, _cut, _repeat, _overwrite, _insert, _splice, _swap_lines),
    *(_replace_word, _replace_word, _replace_word, _replace_value, _replace_value, _replace_value),
)
