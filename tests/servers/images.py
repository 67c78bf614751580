"""The images that a test in containers puts together."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.servers import containers
from tests.servers.influx import influx_image
from tests.servers.mosquitto import mosquitto_image
from tests.servers.search import missing

BUILD = Path(__file__).parent / "build_product.sh"


@dataclass(frozen=True, slots=True)
class Images:
    """Names of images that the engine has or can pull."""

    influx: str
    mosquitto: str


def server_images() -> Images:
    """Return the images of the servers; skips or fails the test where no engine answers."""
    influx, mosquitto = influx_image(None), mosquitto_image(None)
    if influx is None or mosquitto is None:
        missing("Docker engine")
    return Images(influx, mosquitto)


def built_product_image() -> str:
    """Build the product's image from the working tree and return its name; raises `RuntimeError` with the log."""
    name = os.environ.get("ZAEHLWERK_TEST_PRODUCT_IMAGE", "zaehlwerk:test")
    if not containers.engine_answers():
        missing("Docker engine")
    built = subprocess.run([BUILD], capture_output=True, text=True, check=False)
    if built.returncode:
        raise RuntimeError(f"the product's image was not built:\n{built.stdout}{built.stderr}")
    return name
