"""What a rule in a device table must look like by which a register tells the unit of others."""

from typing import Annotated, Self

from pydantic import Field, PlainValidator, model_validator

from config.parsing.schema import Strict, one_of, show, whole, wrong
from config.profiles.registers import WORDS
from config.profiles.unit_rules import UnitCase, UnitRule
from config.quantities import UNITS

_TYPES = ("string", "uint16", "uint32")


def _bits(value: object) -> tuple[int, int]:
    match value:
        case [int(first), int(last)] if 0 <= first <= last < 32:
            return first, last
        case _:
            raise wrong(f"{show(value)} is no range of bits", "for example [2, 3], the lower one first")


class UnitCaseEntry(Strict):
    """One meaning: where the bits of `mask` are `equals`, the unit is `unit`, times ten to `exponent_bits`."""

    unit: Annotated[str, one_of(UNITS, "unit")]
    mask: Annotated[int, whole(0, 0xFFFFFFFF)] | None = None
    equals: Annotated[int, whole(0, 0xFFFFFFFF)] | None = None
    exponent_bits: Annotated[tuple[int, int], PlainValidator(_bits)] | None = None

    def built(self) -> UnitCase:
        """Make the case; without `equals` it holds always, without `mask` the whole register is compared."""
        mask = self.mask if self.mask is not None else 0 if self.equals is None else 0xFFFFFFFF
        first, last = self.exponent_bits or (0, -1)
        return UnitCase(self.unit, mask, self.equals or 0, first, (1 << (last - first + 1)) - 1)


class UnitRuleEntry(Strict):
    """Which register tells the unit; a text is the unit's name, a number needs its `cases`."""

    register_: Annotated[int, whole(0, 65535)] = Field(alias="register")
    type: Annotated[str, one_of(_TYPES, "type")]
    count: Annotated[int, whole(1, 16)] | None = None
    cases: list[UnitCaseEntry] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.type == "string") == bool(self.cases):
            raise wrong("a text names the unit itself, a number needs `cases`")
        if self.type == "string" and self.count is None:
            raise wrong("a string needs its `count` of registers")
        return self

    def built(self) -> UnitRule:
        """Make the rule."""
        cases = tuple(case.built() for case in self.cases)
        return UnitRule(self.register_, self.count or WORDS[self.type], self.type, cases)
