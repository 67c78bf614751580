"""From what a counter showed to what was used: pure functions on exact integers.

`micro` counts in millionths, `rules` knows a meter's limits, `faults` tells wraps, spurious zeros and exchanges
apart, `counter`, `intervals` and `tank` book a `line`, `conversion` turns it into the unit of the medium, `amounts`
cuts it.
"""
