"""Virtual meters: sums and differences of other meters."""

from config.errors import ConfigurationError


def terms(formula: str) -> list[tuple[int, str]]:
    """Return `(sign, meter id)` of `a + b - c`; operators stand between blanks, because ids contain hyphens.

    Raises `ConfigurationError` for anything else.
    """
    words = formula.split()
    if words and words[0] not in {"+", "-"}:
        words.insert(0, "+")
    signs, meters = words[0::2], words[1::2]
    if not words or len(signs) != len(meters) or any(sign not in {"+", "-"} for sign in signs):
        raise ConfigurationError(f"formula {formula!r} is no sum of meters (allowed: 'meter-a + meter-b - meter-c')")
    return [(1 if sign == "+" else -1, meter) for sign, meter in zip(signs, meters, strict=True)]
