"""The centre's side of the boxes in the buildings, as jobs and figures of the process that collects."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from collector.edge.receiver import Receiver
from collector.mqtt.connection.broker import account, broker_address
from collector.mqtt.listener_building import session_name
from collector.statistics import CollectorStatistics
from config.portfolio.sources import MqttBroker
from gateway.sourced import sourced
from zaehlwerk.intake import Intake
from zaehlwerk.processes.running import Job, in_thread


def receivers_of(intake: Intake) -> list[Receiver]:
    """Return a receiver for every broker through which boxes send."""
    brokers = [source for source in intake.portfolio.sources if isinstance(source, MqttBroker) and source.edges]
    return [_receiver(intake, broker) for broker in brokers]


def receiving(receivers: Sequence[Receiver]) -> dict[str, Job]:
    """Return the jobs of the receivers."""
    return {f"edges {one.source}": _job(one) for one in receivers}


def with_boxes(
    collected: Callable[[], CollectorStatistics], receivers: Sequence[Receiver]
) -> Callable[[], CollectorStatistics]:
    """Return the collector's figures with the boxes among the sources; what ails a box is kept by `box_states`."""

    def statistics() -> CollectorStatistics:
        boxes = [box for receiver in receivers for box in receiver.statistics()]
        found = collected()
        return replace(found, sources=(*found.sources, *boxes))

    return statistics


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
