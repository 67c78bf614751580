"""What is wrong with a saved mapping is said with its line, all of it at once."""

from pathlib import Path

import pytest

from collector.files import load_mapping
from config.errors import ConfigurationError
from config.meters.meter import Meter
from tests.unit.collector.portfolio import portfolio

PLACE = portfolio([Meter("strom", "schule", "electricity_import", "kWh", "active_energy_import")])
MISTAKEN = """\
time: {column: Zeit}
decimal: ','
thousands: ','
values:
- {column: HT, meter: strom}
- {column: NT, meter: strom}
- {column: Gas, meter: storm}
"""


def test_every_mistake_of_a_mapping_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "werke.mapping.yaml"
    file.write_text(MISTAKEN, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_mapping(file, PLACE)
    told = [(problem.line, problem.message) for problem in raised.value.problems]
    assert told == [
        (7, "no meter has the id 'storm', did you mean 'strom'?"),
        (6, "is a second column for strom: say which one"),
        (3, "cannot be the decimal sign too"),
    ]
