"""The payload formats that a meter behind a broker may name, and what is never a current reading in them."""

import re
from types import MappingProxyType

FORMATS = (
    "json",
    "plain",
    "csv",
    "tasmota",
    "shelly",
    "chirpstack",
    "the_things_stack",
    "wmbusmeters",
    "vzlogger",
    "zigbee2mqtt",
    "sparkplug_b",
    "senml",
    "victron",
    "home_assistant",
)
# The payload is the value: there is nothing to choose from.
WITHOUT_VALUE = frozenset({"plain", "vzlogger", "victron", "home_assistant"})
# Several devices may share a topic, and `where` tells them apart; the others have a topic or a name for each.
WITH_WHERE = frozenset({"json", "tasmota", "chirpstack", "the_things_stack", "wmbusmeters", "zigbee2mqtt"})
# Where topics are fixed by the format, what they look like.
TOPIC_FORMS = MappingProxyType(
    {
        "chirpstack": (
            re.compile(r"application/[^/]+/device/[^/]+/event/[^/]+"),
            "application/ID/device/EUI/event/up",
        ),
        "sparkplug_b": (
            re.compile(r"spBv1\.0/[^/+#]+/(NDATA/[^/+#]+|DDATA/[^/+#]+/[^/+#]+)"),
            "spBv1.0/GROUP/DDATA/NODE/DEVICE, spBv1.0/GROUP/NDATA/NODE",
        ),
        "victron": (re.compile(r"N/[^/+#]+/.+"), "N/PORTAL/SERVICE/INSTANCE/PATH"),
    }
)
# Paths of values that restart every day, or belong to a day that is over: no counter, whatever their name.
NEVER_CURRENT = MappingProxyType(
    {
        "tasmota": re.compile(r"(^|\.)(Today|Yesterday|Period)(\.|$)"),
        "wmbusmeters": re.compile(r"(^|\.)(target|prev|history|due_date|set_date|max|min)_"),
        "shelly": re.compile(r"(^|\.)(by_minute|minute_ts)(\.|$)"),
    }
)
