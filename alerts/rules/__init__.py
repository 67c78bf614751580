"""The rules, in the order in which a period is judged: first whether there are data, then what they say."""

from typing import Final

from alerts.findings import Rule
from alerts.rules.measure_target_missed import MeasureTargetMissed
from alerts.rules.meter_silent import MeterSilent
from alerts.rules.water_runs_at_night import WaterRunsAtNight

RULES: Final[tuple[Rule, ...]] = (MeterSilent(), WaterRunsAtNight(), MeasureTargetMissed())
