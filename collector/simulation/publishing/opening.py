"""Who publishes for the meters of a portfolio."""

from collections.abc import Mapping, Sequence

from collector.mqtt.connection.broker import account, broker_address
from collector.simulation.formats.sparkplug_b import SimulatedNode, nodes_of
from collector.simulation.publishing.node_publisher import NodePublisher
from collector.simulation.publishing.publisher import Publisher
from collector.simulation.registers import Values
from collector.simulation.rehearsal import meters_of
from config.meters.meter import Meter
from config.portfolio.portfolio import Portfolio
from config.portfolio.sources import MqttBroker


def publishers_of(
    portfolio: Portfolio, values: Values, environ: Mapping[str, str]
) -> list[Publisher | NodePublisher]:
    """Return a client for the ordinary senders of each broker, and one for each edge node, as they have sessions.

    Raises `ConfigurationError` for a broker whose address or password cannot be used.
    """
    brokers = [source for source in portfolio.sources if isinstance(source, MqttBroker)]
    return [
        publisher
        for broker in brokers
        if (meters := meters_of(portfolio, broker.id))
        for publisher in _at(broker, meters, values, environ)
    ]


def _at(
    broker: MqttBroker, meters: Sequence[Meter], values: Values, environ: Mapping[str, str]
) -> list[Publisher | NodePublisher]:
    address, who = broker_address(broker.url), account(broker, environ)
    nodes = nodes_of(meters)
    others = [meter for meter in meters if not any(node.has(meter.id) for node in nodes)]
    ordinary = [Publisher(address, who, others, values)] if others else []
    return [*ordinary, *(NodePublisher(address, who, node, _of(node, meters), values) for node in nodes)]


def _of(node: SimulatedNode, meters: Sequence[Meter]) -> list[Meter]:
    return [meter for meter in meters if node.has(meter.id)]
