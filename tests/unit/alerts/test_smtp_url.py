import pytest

from alerts.channels.smtp import parse_smtp_url
from config.errors import ConfigurationError


def test_an_smtp_url_tells_everything() -> None:
    address = parse_smtp_url(
        "smtp://zw%40kreis:pa%2Fss@mail.example.org:2525?starttls=required&from=z@example.org&ca=/etc/ca.pem"
    )
    assert (address.host, address.port, address.username, address.password) == (
        "mail.example.org",
        2525,
        "zw@kreis",
        "pa/ss",
    )
    assert (address.starttls, address.sender, address.ca) == ("required", "z@example.org", "/etc/ca.pem")
    assert "pa/ss" not in repr(address)


def test_ports_follow_from_the_scheme() -> None:
    assert parse_smtp_url("smtp://mail.example.org?from=z@example.org").port == 587
    assert parse_smtp_url("smtps://mail.example.org?from=z@example.org").port == 465


def test_only_a_server_on_this_machine_is_spoken_to_in_the_clear_unasked() -> None:
    assert parse_smtp_url("smtp://mail.example.org?from=z@example.org").starttls == "required"
    assert parse_smtp_url("smtp://127.0.0.1:1025?from=z@example.org").starttls == "never"
    assert parse_smtp_url("smtp://user:secret@127.0.0.1:1025?from=z@example.org").starttls == "required"


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.org?from=z@example.org",
        "smtp:///?from=z@example.org",
        "smtp://mail.example.org",
        "smtp://mail.example.org?from=zaehlwerk",
        "smtp://mail.example.org?from=z@example.org&starttls=maybe",
        "smtp://mail.example.org?from=z@example.org&tls=1",
    ],
)
def test_a_wrong_smtp_url_is_refused_before_anything_starts(url: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_smtp_url(url)
