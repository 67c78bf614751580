"""Every decoder and parser by name."""

from tests.fuzz.file_targets import file_targets
from tests.fuzz.modbus_targets import modbus_targets
from tests.fuzz.mqtt_targets import mqtt_targets
from tests.fuzz.target import Target
from tests.fuzz.text_targets import text_targets

TARGETS: dict[str, Target] = mqtt_targets() | modbus_targets() | file_targets() | text_targets()
