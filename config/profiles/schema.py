"""What a device table in YAML must look like."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Self

from pydantic import Field, PlainValidator, model_validator

from config.parsing.schema import Flag, Number, Strict, Text, one_of, show, text, whole, wrong
from config.profiles.registers import (
    IDENTITIES,
    WORDS,
    ByteOrder,
    Coding,
    DeviceProfile,
    GapReads,
    Register,
    WordOrder,
)
from config.profiles.unit_rule_schema import UnitRuleEntry
from config.profiles.unit_rules import UnitRule
from config.quantities import QUANTITIES

Patterns = Mapping[str, tuple[int, ...]]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_TYPES = (*WORDS, "string")
_ALL_ONES = {"uint16": 0xFFFF, "uint32": 0xFFFFFFFF, "uint64": 0xFFFFFFFFFFFFFFFF}
_LARGEST = {"int16": 0x7FFF, "int32": 0x7FFFFFFF, "int64": 0x7FFFFFFFFFFFFFFF}
_LOOK_ALIKES = ("reactive_energy_net",)  # right, though they resemble a word of the vocabulary
SEARCH_AT = (40000, 0, 50000)
_PATTERN = re.compile(rf"({'|'.join(_TYPES)}|NaN)\s+(0x[0-9A-Fa-f]+)")


def _name(value: object) -> str:
    word = text(value)
    if not _NAME.fullmatch(word):
        raise wrong(f"{show(word)} is no name", "a-z, 0-9, _ and -")
    return word


def _quantity(value: object) -> str:
    """Take a quantity; tables may list others than the vocabulary's, but no mistyped ones."""
    word = _name(value)
    close = get_close_matches(word, QUANTITIES, n=1, cutoff=0.92)
    if close and word not in {*QUANTITIES, *_LOOK_ALIKES} and not word.startswith(close[0]):
        raise wrong(f"unknown quantity {word!r}, did you mean {close[0]!r}?")
    return word


def _phase(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)


def _lines(value: object) -> tuple[str, ...]:
    return tuple(map(text, value)) if isinstance(value, list) else (text(value),)


def _codes(value: object) -> tuple[int, ...]:
    codes = tuple(value) if isinstance(value, list) else (value,)
    if not all(code in {3, 4} and not isinstance(code, bool) for code in codes):
        raise wrong(f"unknown function code in {show(value)}", "3, 4")
    return codes


def _bits(value: object) -> tuple[int, ...]:
    patterns = tuple(value) if isinstance(value, list) else (value,)
    if not all(isinstance(bits, int) and not isinstance(bits, bool) and 0 <= bits < 1 << 64 for bits in patterns):
        raise wrong(f"{show(value)} is no raw bit pattern", "for example 0xFFFF, or a list of them")
    return patterns


def _patterns(value: object) -> Patterns:
    """Take `{type: pattern}`, or sentences such as "float32 0xFFC00000 (why)" and "unsigned: all bits 1"."""
    if isinstance(value, dict):
        unknown = [kind for kind in value if kind not in _TYPES]
        if unknown:
            raise wrong(f"unknown type {show(unknown[0])}", ", ".join(_TYPES))
        return {kind: _bits(bits) for kind, bits in value.items()}
    found: dict[str, tuple[int, ...]] = {}
    for line in _lines(value):
        for kind, bits in _patterns_of(line):
            found[kind] = (*found.get(kind, ()), bits)
    return found


def _patterns_of(line: str) -> list[tuple[str, int]]:
    if "not observed" in line:
        return []
    if line.startswith("unsigned: all bits 1"):
        return list(_ALL_ONES.items())
    if line.startswith("signed: largest positive"):
        return list(_LARGEST.items())
    found = [("float32" if kind == "NaN" else kind, int(bits, 16)) for kind, bits in _PATTERN.findall(line)]
    return found or [("int32", int(bits, 16)) for bits in re.findall(r"value (0x7F{7})", line)]


Name = Annotated[str, PlainValidator(_name)]
Lines = Annotated[tuple[str, ...], PlainValidator(_lines)]
Codes = Annotated[tuple[int, ...], PlainValidator(_codes)]
Address = Annotated[int, whole(0, 65535)]
Order = Annotated[str, one_of(WordOrder, "word order")]
Bytes = Annotated[str, one_of(ByteOrder, "byte order")]


class SummandEntry(Strict):
    """A further register whose value is added: the rest of a counter in two parts, or a second tariff."""

    address: Address | None = None
    offset: Address | None = None
    type: Annotated[str, one_of(WORDS, "type")]
    scale: Number = Decimal(1)

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if (self.address is None) == (self.offset is None):
            raise wrong("a register needs either `address` or `offset`")
        return self


class RegisterEntry(Strict):
    """One row of a table. `address` (or `offset` in tables that count from a model-ID register)."""

    quantity: Annotated[str, PlainValidator(_quantity)]
    phase: Annotated[str, PlainValidator(_phase)] = "total"
    address: Address | None = None
    offset: Address | None = None
    count: Annotated[int, whole(1, 125)] | None = None
    type: Annotated[str, one_of(_TYPES, "type")]
    scale: Number = Decimal(1)
    unit: Text
    function_code: Annotated[int, whole(3, 4)] | None = None
    word_order: Order | None = None
    byte_order: Bytes | None = None
    not_available: Annotated[tuple[int, ...], PlainValidator(_bits)] = ()
    scale_register: Address | None = None
    scale_register_offset: Address | None = None
    not_available_from: Annotated[int, whole(0, (1 << 63) - 1)] | None = None
    factor_register: Address | None = None
    plus: list[SummandEntry] = Field(default_factory=list)
    coding: Annotated[str, one_of(Coding, "coding")] = "plain"
    static: Flag = False
    bit: Annotated[int, whole(0, 15)] | None = None
    note: Text = ""
    confidence: Text = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.address is None) == (self.offset is None):
            raise wrong("a register needs either `address` or `offset`")
        words = WORDS.get(self.type, self.count)
        if words is None:
            raise wrong("a string needs its `count` of registers")
        if self.count not in {None, words}:
            raise wrong(f"{self.type} takes {words} registers, not {self.count}", str(words))
        if (self.type == "bit") != (self.bit is not None):
            raise wrong("type `bit` and key `bit` belong together")
        return self

    def built(self, profile: "ProfileEntry", patterns: Patterns, rules: Mapping[str, UnitRule]) -> Register:
        """Make the register, with what the profile says for all of its registers."""
        scale_register = self.scale_register if self.scale_register is not None else self.scale_register_offset
        register = Register(
            quantity=self.quantity,
            phase=self.phase,
            address=(self.address if self.address is not None else self.offset) or 0,
            count=self.count or WORDS[self.type],
            type=self.type,
            scale=self.scale,
            unit=self.unit,
            function_code=self.function_code or profile.function_code,
            word_order=WordOrder(self.word_order or profile.word_order),
            byte_order=ByteOrder(self.byte_order or profile.byte_order),
            not_available=self.not_available or patterns.get(self.type, ()),
            scale_register=scale_register,
            bit=self.bit,
            note=self.note,
            not_available_from=self.not_available_from,
            factor_register=self.factor_register,
            unit_rule=rules.get(self.unit),
            coding=Coding(self.coding),
            static=self.static or self.quantity in IDENTITIES,
        )
        return replace(register, plus=tuple(_summand(register, other, patterns) for other in self.plus))


def _summand(register: Register, entry: SummandEntry, patterns: Patterns) -> Register:
    return replace(
        register,
        address=(entry.address if entry.address is not None else entry.offset) or 0,
        count=WORDS[entry.type],
        type=entry.type,
        scale=entry.scale,
        not_available=patterns.get(entry.type, ()),
        scale_register=None,
        factor_register=None,
        unit_rule=None,
    )


class Coalescing(Strict):
    """May a request span addresses that the table does not list, and how is that known."""

    gap_reads: Annotated[str, one_of(GapReads)]
    evidence: Text = ""


class ProfileEntry(Strict):
    """A whole table. Keys from `identify` on are kept for commissioning and shown to people."""

    id: Name
    manufacturer: Text
    models: Lines
    kind: Annotated[
        str, one_of(("electricity_1ph", "electricity_3ph", "heat", "water", "gas", "pulse_counter"), "kind")
    ]
    sources: Lines
    registers: list[RegisterEntry] = Field(default_factory=list)
    extra_registers: list[RegisterEntry] = Field(default_factory=list)
    registers_from: Name | None = None
    alternative_registers_from: Name | None = None
    native_block: Name | None = None
    template: Flag = False
    simulated: Flag = False
    function_code: Annotated[int, whole(3, 4)] = 3
    alternative_function_codes: Codes = ()
    word_order: Order = "msw_first"
    byte_order: Bytes = "big"
    not_available: Annotated[Patterns, PlainValidator(_patterns)] = Field(default_factory=dict)
    max_registers: Annotated[int, whole(1, 125)] = 60
    coalescing: Coalescing = Coalescing(gap_reads="forbidden")
    even_only: Flag = False
    constraints: Lines = ()
    default_unit_id: Annotated[int, whole(0, 255)] | None = None
    tcp_port: Annotated[int, whole(1, 65535)] = 502
    response_timeout_ms: Annotated[int, whole(1, 60000)] | None = None
    addressing: Text = ""
    verification: Text = ""
    notes: Lines = ()
    doc_convention: Text = ""
    serial: dict[str, Any] = Field(default_factory=dict)
    identify: dict[str, Any] = Field(default_factory=dict)
    discovery: dict[str, Any] = Field(default_factory=dict)
    meter_blocks: list[dict[str, Any]] = Field(default_factory=list)
    sunspec_models: list[Annotated[int, whole(1, 65534)]] = Field(default_factory=list)
    model_length: Annotated[int, whole(1, 65535)] | None = None
    unit_rules: dict[str, UnitRuleEntry] = Field(default_factory=dict)
    alternative_unit_ids: list[int] = Field(default_factory=list)
    header_decoding: dict[str, Any] = Field(default_factory=dict)
    block_layout: Text = ""
    unit_id_rule: Text = ""

    @property
    def is_relative(self) -> bool:
        """Whether addresses count from a model-ID register."""
        return "offset" in self.addressing or any(entry.offset is not None for entry in self.registers)

    def rules(self) -> dict[str, UnitRule]:
        """The rules by which registers tell the unit of others, by the name that stands for the unit."""
        return {name: entry.built() for name, entry in self.unit_rules.items()}

    def built(
        self,
        registers: tuple[Register, ...],
        *,
        relative: bool,
        variants: Mapping[int, tuple[Register, ...]],
    ) -> DeviceProfile:
        """Make the profile from its finished registers."""
        candidates = self.discovery.get("base_candidates", SEARCH_AT)
        return DeviceProfile(
            id=self.id,
            manufacturer=self.manufacturer,
            models=self.models,
            kind=self.kind,
            max_registers=self.max_registers,
            gap_reads=GapReads(self.coalescing.gap_reads),
            even_only=self.even_only or any("must be even" in line for line in self.constraints),
            registers=registers,
            sources=self.sources,
            function_code=self.function_code,
            alternative_function_codes=self.alternative_function_codes,
            default_unit_id=self.default_unit_id,
            tcp_port=self.tcp_port,
            response_timeout_ms=self.response_timeout_ms,
            is_template=self.template,
            relative=relative,
            simulated=self.simulated,
            verification=self.verification,
            constraints=self.constraints,
            notes=self.notes,
            variants=variants,
            search_at=tuple(candidates) if relative else (),
            model_length=self.model_length,
        )
