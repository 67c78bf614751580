"""What is wrong with a saved mapping is said with its line, all of it at once; what it leaves open is found out."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.files import Asked, FileMapping, import_file, load_mapping
from collector.files.mapping import TimeColumns, ValueColumn
from config.errors import ConfigurationError
from config.meters.meter import Meter
from tests.unit.collector.portfolio import portfolio
from tests.unit.collector.sinks import MemorySink

PLACE = portfolio(
    [
        Meter("strom", "schule", "electricity_import", "kWh", "active_energy_import"),
        Meter("gas", "schule", "natural_gas", "m3", "volume"),
    ]
)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
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


def test_a_proposal_from_whole_numbers_leaves_the_decimal_sign_to_the_next_file(tmp_path: Path) -> None:
    first, second = tmp_path / "januar.csv", tmp_path / "februar.csv"
    first.write_text("Zeit;kWh\n01.01.2026 00:15;12345\n01.01.2026 00:30;12346\n", encoding="utf-8")
    second.write_text("Zeit;kWh\n01.02.2026 00:15;12345,5\n01.02.2026 00:30;12346,75\n", encoding="utf-8")
    proposed = import_file(first, PLACE, None, now=NOW, asked=Asked(meter="strom")).proposal.mapping
    sink = MemorySink()
    import_file(second, PLACE, sink, now=NOW, mapping=proposed)
    assert proposed.decimal is None
    assert sink.of("strom") == [12345.5, 12346.75]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Asked(meter="gas"), "--meter gas: the mapping says strom"),
        (Asked(quantity="interval_energy"), "--quantity interval_energy: the mapping says none"),
        (Asked(column="NT"), "--column NT: the mapping says HT"),
    ],
)
def test_what_a_mapping_says_otherwise_cannot_be_asked_for(tmp_path: Path, asked: Asked, told: str) -> None:
    file = tmp_path / "januar.csv"
    file.write_text("Zeit;HT;NT\n01.01.2026 00:15;1,5;2,5\n", encoding="utf-8")
    mapping = FileMapping(time=TimeColumns("Zeit"), values=(ValueColumn("HT", "strom"),))
    with pytest.raises(ConfigurationError, match=told):
        import_file(file, PLACE, None, now=NOW, asked=asked, mapping=mapping)
