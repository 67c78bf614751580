from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigurationError
from config.parsing.yaml_places import parse_document, path_text, read_document


def test_every_key_and_value_knows_its_line() -> None:
    document = parse_document("a: 1\nb:\n  - c: 2\n  - d:\n      3\n", "x.yaml")
    assert document.line_of(("b", 1, "d")) == 5
    assert document.line_of_key(("b", 1, "d")) == 4
    assert document.line_of(("b", 7, "nowhere")) == 3
    assert document.value == {"a": 1, "b": [{"c": 2}, {"d": 3}]}


def test_a_path_reads_as_people_write_it() -> None:
    assert path_text(("meters", 2, "unit")) == "meters[2].unit"
    assert path_text(()) == "."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Decimal("0.1")),
        ("1_000", 1000),
        ("0xFFC00000", 0xFFC00000),
        ("02345", "02345"),
        ("12:30", "12:30"),
        ("2026-02-16", date(2026, 2, 16)),
        ("2026-02-30", "2026-02-30"),
        (".nan", ".nan"),
        ("yes", True),
        ("~", None),
        ('"5"', "5"),
    ],
)
def test_plain_values_mean_what_people_meant(text: str, value: object) -> None:
    found = parse_document(f"key: {text}\n", "x.yaml").value
    assert isinstance(found, dict)
    assert found["key"] == value
    assert type(found["key"]) is type(value)


def problem_lines(file: Path) -> list[int]:
    """Lines of the problems with a file; none where it can be read."""
    try:
        read_document(file)
    except ConfigurationError as error:
        return [problem.line for problem in error.problems] or [0]
    return []


@given(st.one_of(st.text(max_size=200).map(str.encode), st.binary(max_size=100)))
def test_any_file_is_read_or_refused_with_a_line_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("any") / "x.yaml"
    file.write_bytes(content)
    assert all(line >= 1 for line in problem_lines(file))


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.decimals(allow_nan=False, allow_infinity=False))
)
def test_numbers_come_out_exactly_as_written(values: dict[str, Decimal]) -> None:
    text = "".join(f'"{key}": {value:f}.0\n' for key, value in values.items() if value == value.to_integral_value())
    text += "end: 1\n"
    found = parse_document(text, "x.yaml").value
    assert isinstance(found, dict)
    assert all(found[key] == value for key, value in values.items() if key in found)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_document(tmp_path / "x.yaml").value == {"a": 1}


def test_an_alias_repeats_what_stands_at_its_anchor() -> None:
    document = parse_document("a: &hours {mon: x}\nb: *hours\n", "x.yaml")
    assert document.value == {"a": {"mon": "x"}, "b": {"mon": "x"}}


def test_aliases_that_unfold_without_end_are_refused() -> None:
    layers = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 30)}]\n" for n in range(1, 8))
    with pytest.raises(ConfigurationError, match="unfolds without end"):
        parse_document("a0: &a0 [x]\n" + layers, "x.yaml")


def test_two_documents_in_one_file_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"x.yaml:2: \.: is not YAML"):
        parse_document("a: 1\n---\nb: 2\n", "x.yaml")


def test_a_list_as_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="a key must be a plain word"):
        parse_document("? [a, b]\n: c\n", "x.yaml")
