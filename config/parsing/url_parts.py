"""Takes URLs apart whose host and port can be used."""

from urllib.parse import SplitResult, urlsplit

from config.errors import ConfigurationError


def url_parts(url: str) -> SplitResult:
    """Return the parts of a URL; asking them for their port raises nothing.

    Raises `ConfigurationError` for brackets that do not match and for no possible port. The URL is not shown: there
    may be a password in it.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at only when it is asked for
    except ValueError as error:
        raise ConfigurationError(f"a URL cannot be read: {error}") from None
    return parts
