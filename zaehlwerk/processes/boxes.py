"""The centre's side of the boxes in the buildings, as jobs and figures of the process that collects."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from collector.edge.receiver import Receiver
from collector.edge.wire import BoxStatus
from collector.mqtt.connection.broker import account, broker_address
from collector.mqtt.listener_building import session_name
from collector.statistics import CollectorStatistics
from config.portfolio.sources import MqttBroker
from gateway.sourced import sourced
from zaehlwerk.intake import Intake
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job, in_thread

_PROBLEMS = {
    "offline": "Gebäudebox nicht erreichbar",
    "spool_filling": "Puffer der Gebäudebox läuft voll, sie nimmt nicht mehr alles an",
    "spool_full": "Puffer der Gebäudebox ist voll, sie nimmt nichts mehr an",
}


def receivers_of(intake: Intake) -> list[Receiver]:
    """Return a receiver for every broker through which boxes send."""
    brokers = [source for source in intake.portfolio.sources if isinstance(source, MqttBroker) and source.edges]
    return [_receiver(intake, broker) for broker in brokers]


def receiving(receivers: Sequence[Receiver]) -> dict[str, Job]:
    """Return the jobs of the receivers."""
    return {f"edges {one.source}": _job(one) for one in receivers}


def with_boxes(
    collected: Callable[[], CollectorStatistics], receivers: Sequence[Receiver], live: Live
) -> Callable[[], CollectorStatistics]:
    """Return the collector's figures with the boxes among the sources; what ails a box becomes its remark."""

    def statistics() -> CollectorStatistics:
        for receiver in receivers:
            live.remarks.update({name: remark(status) for name, status in receiver.boxes().items()})
        boxes = [box for receiver in receivers for box in receiver.statistics()]
        found = collected()
        return replace(found, sources=(*found.sources, *boxes))

    return statistics


def remark(status: BoxStatus) -> str:
    """Return what people should know of a box; empty while all is well."""
    if status.problem is None:
        return f"{_german(status.waiting)} Werte warten noch" if status.waiting > 1000 else ""
    words = _PROBLEMS.get(status.problem, status.problem)
    left_out = sum(status.left_out.values())
    full = f", {status.full_percent} % belegt" if status.full_percent else ""
    return f"{words}{full}" + (f", {_german(left_out)} Werte ausgelassen" if left_out else "")


def _german(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def _job(receiver: Receiver) -> Job:
    return lambda: in_thread(receiver, f"edges {receiver.source}")


def _receiver(intake: Intake, broker: MqttBroker) -> Receiver:
    return Receiver(
        broker.id,
        broker_address(broker.url),
        intake.portfolio,
        sourced(intake.sink, f"edge {broker.id}"),
        client_id=session_name(intake.portfolio.district.id, broker, intake.settings.state, role="edges"),
        account=account(broker, intake.environ),
        clock=intake.clock,
    )
