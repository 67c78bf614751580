"""What was given up may still come, and looks like the answer to something else."""

from collector.modbus.frames import request
from collector.modbus.late_answers import LATEST_ANSWER_S, LateAnswers
from collector.modbus.plan import Block


def test_an_answer_is_expected_by_its_unit_function_and_length() -> None:
    late = LateAnswers()
    late.expect(request(7, Block(3, 0, 2, ())), 100.0)
    others = [request(8, Block(3, 50, 2, ())), request(7, Block(4, 50, 2, ())), request(7, Block(3, 50, 4, ()))]
    assert [late.until_s(other) for other in others] == [0.0, 0.0, 0.0]
    assert late.until_s(request(7, Block(3, 50, 2, ()))) == 100.0 + LATEST_ANSWER_S
    assert late.until_s(request(7, Block(3, 50, 2, ()))) == 0.0


def test_a_unit_that_was_given_up_may_answer_for_a_while() -> None:
    late = LateAnswers()
    late.expect(request(7, Block(3, 0, 2, ())), 100.0)
    assert late.may_come_of(7, 101.0)
    assert not late.may_come_of(8, 101.0)
    assert not late.may_come_of(7, 100.0 + LATEST_ANSWER_S)
