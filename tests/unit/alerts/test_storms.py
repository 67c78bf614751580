from datetime import datetime, timedelta

from alerts.evaluation import evaluate_due
from alerts.storms import METERS_OF_A_STORM, Sufferer, storms
from gateway.operations import Operations
from tests.unit.alerts.district import HOUR, NOW, ToldRule, books, found, meter, portfolio

MINUTE = timedelta(minutes=1)


def sufferers(count: int, source: str | None = "bus", since: datetime = NOW) -> list[Sufferer]:
    return [Sufferer(f"{source}-{index}", source, since + index * MINUTE) for index in range(count)]


def test_few_silent_meters_are_told_one_by_one() -> None:
    assert storms(sufferers(METERS_OF_A_STORM - 1)) == {}


def test_many_that_fell_silent_together_are_one_storm() -> None:
    assert len(set(storms(sufferers(METERS_OF_A_STORM)).values())) == 1


def test_other_sources_and_other_times_are_other_matters() -> None:
    others = [*sufferers(4, "bus"), *sufferers(4, "broker"), *sufferers(4, "bus", NOW - timedelta(days=9))]
    assert storms(others) == {}


def test_meters_without_a_source_never_make_a_storm() -> None:
    assert storms(sufferers(50, None)) == {}


def test_500_silent_meters_behind_one_bus_give_one_mail_to_each_manager(operations: Operations) -> None:
    names = [f"m{index}" for index in range(500)]
    declared = portfolio(*(meter(name, place="gs" if index % 2 else "kita") for index, name in enumerate(names)))
    rule = ToldRule({name: found(source="bus") for name in names}, id="meter_silent")
    summary = evaluate_due(books(declared, operations), operations, now=NOW, rules=[rule])
    assert (summary.fired, summary.messages) == (500, 2)
    messages = operations.outbox.list()
    assert {message.person for message in messages} == {"nord", "sued"}
    assert [message.content["count"] for message in messages] == [250, 250]
    assert len(operations.alerts.list_open()) == 500


def test_who_joins_a_storm_later_gives_no_second_mail(operations: Operations) -> None:
    names = [f"m{index}" for index in range(7)]
    declared = portfolio(*(meter(name) for name in names))
    first = ToldRule({name: found(source="bus") for name in names[:5]}, id="meter_silent")
    evaluate_due(books(declared, operations), operations, now=NOW, rules=[first])
    everyone = ToldRule({name: found(source="bus", since=NOW + 20 * MINUTE) for name in names}, id="meter_silent")
    evaluate_due(books(declared, operations), operations, now=NOW + HOUR, rules=[everyone])
    assert len(operations.alerts.list_open()) == 7
    assert len(operations.outbox.list()) == 1


def test_who_has_one_meter_in_a_storm_reads_of_one(operations: Operations) -> None:
    declared = portfolio(*(meter(f"m{index}", place="kita" if index == 0 else "gs") for index in range(5)))
    rule = ToldRule({name: found(source="bus") for name in declared.meters}, id="meter_silent")
    evaluate_due(books(declared, operations), operations, now=NOW, rules=[rule])
    titles = {message.person: message.content["title"] for message in operations.outbox.list()}
    assert titles == {
        "nord": "4 Zähler melden gleichzeitig nichts mehr",
        "sued": "A meter fell silent: connection disturbed",
    }
