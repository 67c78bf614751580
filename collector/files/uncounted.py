"""What a file brought that no figure counts: a load profile for a meter that is counted by its register."""

from collections.abc import Iterator

from collector.importing import ImportResult
from config.meters.meter import counts_otherwise
from config.portfolio.portfolio import Portfolio


def uncounted(result: ImportResult, portfolio: Portfolio) -> Iterator[str]:
    """Yield a sentence for each series that is stored and that no consumption is counted from."""
    for one in result.series:
        meter = portfolio.meter(one.meter)
        if counts_otherwise(meter, one.quantity):
            yield (
                f"{meter.id} is counted by {meter.quantity}, so {one.quantity} is kept beside it and stands in no "
                f"figure: declare `quantity: {one.quantity}` at the meter if it is to count (docs/meters.md)"
            )
