"""`token`: made, shown once, listed, revoked."""

from tests.unit.zaehlwerk.commands.calls import call


def test_a_revoked_token_is_listed_as_such_and_opens_nothing() -> None:
    call("token", "create", "büro", "--role", "reader")
    assert call("token", "revoke", "1").exit_code == 0
    (row,) = call("token", "list").stdout.splitlines()[1:]
    created, revoked = row.split()[-2:]
    assert created == revoked
    assert call("token", "revoke", "2").exit_code == 2


def test_a_token_is_printed_alone_so_that_a_script_can_take_it() -> None:
    made = call("token", "create", "büro", "--role", "climate_manager")
    assert made.exit_code == 0
    assert made.stdout.strip().startswith("zw_")
    assert len(made.stdout.splitlines()) == 1


def test_an_unknown_role_is_answered_with_the_closest_one() -> None:
    answer = call("token", "create", "büro", "--role", "climate")
    assert answer.exit_code == 2
    assert "climate_manager" in answer.stderr


def test_what_comes_close_to_no_role_is_answered_with_all_of_them() -> None:
    answer = call("token", "create", "büro", "--role", "chef")
    assert answer.exit_code == 2
    assert "(allowed: device, reader, facility_manager, climate_manager, administrator)" in answer.stderr
