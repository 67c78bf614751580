"""Meters that stand for one channel, phase or inner meter of a device."""

import shutil
from pathlib import Path

from config.meters.meter import ModbusSource
from config.portfolio.files import load_portfolio

DISTRICT = Path(__file__).parent / "wrong" / "wrong_channels" / "district.yaml"
PROPERTY = """\
id: gs-tal
name: Grundschule Tal
municipality: vg-tal
category: schulen
meters:
  - {id: a, medium: electricity_import, unit: pulses, pulse_kwh: 0.001,
     source: {from: bus, device: 1, profile: pulse_isma_sfar_1m_4di, channel: 1}}
  - {id: b, medium: electricity_import, unit: pulses, pulse_kwh: 0.001,
     source: {from: bus, device: 1, profile: pulse_isma_sfar_1m_4di, channel: 2}}
  - {id: c, medium: electricity_import, unit: kWh,
     source: {from: bus, device: 2, profile: eastron_sdm630_v2, channel: L1}}
  - {id: d, medium: electricity_import, unit: kWh,
     source: {from: bus, device: 3, profile: solaredge_meter_via_inverter, channel: 2}}
"""


def test_inputs_phases_and_meters_behind_an_inverter_are_channels(tmp_path: Path) -> None:
    (tmp_path / "properties").mkdir()
    (tmp_path / "properties" / "gs-tal.yaml").write_text(PROPERTY, encoding="utf-8")
    shutil.copy(DISTRICT, tmp_path)
    sources = [meter.source for meter in load_portfolio(tmp_path).meters.values()]
    channels = [source.channel for source in sources if isinstance(source, ModbusSource)]
    assert channels == ["1", "2", "L1", "2"]
