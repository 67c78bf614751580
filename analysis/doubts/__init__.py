"""What longer spans make doubtful: units that change, clocks that are off, leaps beyond all before.

Pure detectors on arrays (`units.unit_changes`, `clocks.clock_shifts`, `leaps`), each with a thin shell beside it that
fetches what it looks at and puts what it finds into words; `doubts_of` asks them all about one meter and gives events
for a person to decide.
"""

from analysis.doubts.doubts import KINDS, can_be_doubted, doubts_of
from analysis.doubts.subject import first_reading

__all__ = ["KINDS", "can_be_doubted", "doubts_of", "first_reading"]
