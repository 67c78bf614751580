"""How far the clock of a meter, a box or a file may be ahead of ours: one rule for every door."""

from datetime import timedelta
from typing import Final

# An hour, for a clock that missed the end of summer time, and five minutes that it may run fast. Such readings are
# right but for their hour, and the ledger does not look at them before their time has come.
CLOCK_SLACK: Final = timedelta(hours=1, minutes=5)
CLOCK_SLACK_MS: Final = CLOCK_SLACK // timedelta(milliseconds=1)
# For a box, whose own clock may be the wrong one: the centre judges what it sends.
ANY_SLACK_MS: Final = 2**62
