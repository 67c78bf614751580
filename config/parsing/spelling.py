"""Close matches for mistyped names."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


def did_you_mean(wrong: str, known: Iterable[str], *, called: Mapping[str, str] | None = None) -> str:
    """Return ", did you mean 'x'?" for the closest known word, or an empty string where none is close.

    `called` are other names that people know a word by, each with the word: the German ones.
    """
    by_lower = {name.lower(): word for name, word in (called or {}).items()} | {word.lower(): word for word in known}
    close = get_close_matches(wrong.lower(), by_lower, n=1, cutoff=0.6)
    return f", did you mean {by_lower[close[0]]!r}?" if close else ""
