"""Names from outside as text that can be stored: a file's name may hold bytes that are no UTF-8."""


def legible(text: str) -> str:
    """Return the text with a question mark in place of each byte, or half of a character, that has no meaning.

    Python reads such a byte of a file's name as a lone surrogate, which no database and no JSON takes.
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
