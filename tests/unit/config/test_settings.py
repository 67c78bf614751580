from pathlib import Path

import pytest

from config.errors import ConfigurationError
from config.settings import load_settings, secret_of, variables


def test_without_any_variable_the_embedded_store_is_used() -> None:
    settings = load_settings({})
    assert settings.portfolio is None
    assert settings.influx_url is None
    assert settings.smtp_url is None
    assert settings.public_url == "http://127.0.0.1:8000"


def test_the_operations_database_lies_beside_the_state() -> None:
    settings = load_settings({"ZAEHLWERK_STATE": "/var/lib/zaehlwerk"})
    assert settings.database_url.get_secret_value() == "sqlite:////var/lib/zaehlwerk/operations.sqlite"
    moved = load_settings({"ZAEHLWERK_STATE": "/a"}, state=Path("/b"))
    assert moved.database_url.get_secret_value() == "sqlite:////b/operations.sqlite"


def test_a_state_folder_that_no_address_can_name_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="ZAEHLWERK_STATE: must have no question mark"):
        load_settings({"ZAEHLWERK_STATE": "/var/lib/wo?"})


def test_what_the_command_line_says_wins_over_the_environment() -> None:
    settings = load_settings({"ZAEHLWERK_STATE": "/a", "ZAEHLWERK_LANGUAGE": "en"}, state=Path("/b"), language=None)
    assert (settings.state, settings.language) == (Path("/b"), "en")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings({"ZAEHLWERK_SMTP_URL": "", "ZAEHLWERK_INFLUX_URL": ""}).smtp_url is None


@pytest.mark.parametrize("name", ["influx_token", "database_url", "smtp_url"])
def test_every_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    secret = {"smtp_url": "smtp://u:geheim@mail.example.org"}.get(name, "geheim")
    (tmp_path / "secret").write_text(secret + "\n")
    influx = {"ZAEHLWERK_INFLUX_URL": "http://i:8086", "ZAEHLWERK_INFLUX_ORG": "o", "ZAEHLWERK_INFLUX_BUCKET": "b"}
    environ = {f"ZAEHLWERK_{name.upper()}_FILE": str(tmp_path / "secret")}
    settings = load_settings({**environ, **(influx if name == "influx_token" else {})})
    assert getattr(settings, name).get_secret_value() == secret


def test_secrets_are_not_shown() -> None:
    settings = load_settings(
        {
            "ZAEHLWERK_INFLUX_URL": "http://i:8086",
            "ZAEHLWERK_INFLUX_TOKEN": "geheim-1",
            "ZAEHLWERK_INFLUX_ORG": "o",
            "ZAEHLWERK_INFLUX_BUCKET": "b",
            "ZAEHLWERK_SMTP_URL": "smtp://u:geheim-2@mail.example.org",
            "ZAEHLWERK_DATABASE_URL": "postgresql://u:geheim-3@db/zaehlwerk",
        }
    )
    assert "geheim" not in repr(settings) + str(settings) + str(settings.model_dump())


def test_a_secret_in_a_wrong_setting_is_not_shown_either() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings({"ZAEHLWERK_SMTP_URL": "http://u:geheim@mail.example.org"})
    assert str(caught.value) == "ZAEHLWERK_SMTP_URL: must begin with smtp:// or smtps://"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (
            {"ZAEHLWERK_PORTFOLO": "x"},
            "ZAEHLWERK_PORTFOLO: there is no such setting, did you mean 'ZAEHLWERK_PORTFOLIO'?",
        ),
        ({"ZAEHLWERK_STATE_FILE": "x"}, "ZAEHLWERK_STATE_FILE: there is no such setting"),
        ({"ZAEHLWERK_LANGUAGE": "fr"}, "ZAEHLWERK_LANGUAGE: Input should be 'de' or 'en'"),
        ({"ZAEHLWERK_INFLUX_URL": "http://i"}, "missing: ZAEHLWERK_INFLUX_TOKEN, ZAEHLWERK_INFLUX_ORG"),
        ({"ZAEHLWERK_SMTP_URL_FILE": "/nowhere"}, "ZAEHLWERK_SMTP_URL_FILE: cannot read /nowhere: No such file"),
        ({"ZAEHLWERK_PUBLIC_URL": "zaehlwerk.example.org"}, "ZAEHLWERK_PUBLIC_URL: "),
        (
            {"ZAEHLWERK_SMTP_URL": "smtp://a", "ZAEHLWERK_SMTP_URL_FILE": "/a"},
            "set either ZAEHLWERK_SMTP_URL or ZAEHLWERK_SMTP_URL_FILE, not both",
        ),
        ({"ZAEHLWERK_INFLUX_TOKEN": "changeme"}, "ZAEHLWERK_INFLUX_TOKEN: is a well-known default"),
    ],
)
def test_a_wrong_variable_is_named(environ: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environ)
    assert said in str(caught.value)


def test_all_wrong_variables_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings({"ZAEHLWERK_STAT": "x", "ZAEHLWERK_LANGUAGE": "fr", "ZAEHLWERK_SMTP_URL_FILE": "/nowhere"})
    assert len(str(caught.value).splitlines()) == 3


def test_variables_of_others_are_left_alone() -> None:
    others = {"HOME": "/root", "ZAEHLWERK_TEST_ANYTHING": "1", "ZAEHLWERK_REFERENCE_DATA": "/x"}
    assert load_settings(others) == load_settings({})


def test_every_setting_and_every_secret_file_has_a_variable() -> None:
    assert {"ZAEHLWERK_PORTFOLIO", "ZAEHLWERK_INFLUX_TOKEN_FILE", "ZAEHLWERK_SMTP_URL_FILE"} <= set(variables())


def test_a_brokers_password_comes_from_its_variable_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim\n")
    assert secret_of({"BROKER_PASSWORD": "offen"}, "BROKER_PASSWORD") == "offen"
    assert secret_of({"BROKER_PASSWORD_FILE": str(tmp_path / "password")}, "BROKER_PASSWORD") == "geheim"
    assert secret_of({}, "BROKER_PASSWORD") is None
    with pytest.raises(ConfigurationError, match="BROKER_PASSWORD_FILE: cannot read"):
        secret_of({"BROKER_PASSWORD_FILE": str(tmp_path / "nowhere")}, "BROKER_PASSWORD")
