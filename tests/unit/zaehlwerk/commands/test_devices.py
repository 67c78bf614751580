"""`decode` and `profiles`: device tables from the command line."""

import json

import pytest

from tests.unit.zaehlwerk.commands.calls import call


def test_words_of_a_device_are_decoded() -> None:
    words = ("--address", "72", "--words", "0x449A,0x522B")
    document = json.loads(call("profiles", "decode", "eastron_sdm630_v2", *words, "--json").stdout)
    (reading,) = document["readings"]
    assert (reading["quantity"], reading["unit"], reading["address"]) == ("active_energy_import", "kWh", 72)
    assert reading["value"] == pytest.approx(1234.5677)


def test_an_unknown_profile_is_answered_with_the_closest_one() -> None:
    answer = call("profiles", "show", "eastron_sdm630")
    assert answer.exit_code == 2
    assert "eastron_sdm630_v2" in answer.stderr


def test_profiles_are_listed() -> None:
    listed = json.loads(call("profiles", "list", "--json").stdout)
    assert "eastron_sdm630_v2" in {one["id"] for one in listed}
