"""What is said of a main meter and its sub-meters, in German: pure."""

from analysis.german import labelled, number, unit_text
from analysis.meters.sub_meters import Agreement, SubMeterCheck
from config.portfolio.portfolio import Portfolio

_TOO_MUCH = (
    "Wahrscheinlich: ein falscher Wandlerfaktor oder Impulswert, vertauschte Zähler, oder ein Unterzähler, der nicht "
    "hinter diesem Hauptzähler hängt{feed_in}."
)
_FEED_IN = "; oder eine PV-Anlage speist hinter dem Hauptzähler ein"
_TOO_LITTLE = (
    "Wahrscheinlich: ein Abnehmer ohne Unterzähler, ein falscher Wandlerfaktor oder Impulswert, vertauschte Zähler, "
    "oder ein Unterzähler, der steht."
)


def sub_meter_words(check: SubMeterCheck, portfolio: Portfolio) -> str:
    """Return the sentence about a check: what differs by how much, and of a doubt why it probably does."""
    if check.verdict is Agreement.UNKNOWN or check.difference is None:
        days = number(100 * check.coverage)
        lacking = f" (es fehlen Tage von {', '.join(check.incomplete)})" if check.incomplete else ""
        return f"Nur {days} % der Tage sind bei allen Zählern bekannt{lacking}: zu wenig für einen Vergleich."
    if check.verdict is Agreement.OUTSIDE:
        return _doubt(check, portfolio)
    if check.difference > 0 and not check.is_whole:
        share = "" if check.percent is None else f"{number(check.percent, 1)} % "
        return f"{share}des Hauptzählers ({_amount(check)}) gehen an Abnehmer ohne Unterzähler."
    share = "" if check.percent is None else f" bis auf {number(abs(check.percent), 1)} %"
    return f"Haupt- und Unterzähler stimmen{share} überein ({_amount(check)})."


def _doubt(check: SubMeterCheck, portfolio: Portfolio) -> str:
    counts_more = check.difference is not None and check.difference < 0
    share = "" if check.percent is None else f"{number(abs(check.percent), 1)} % "
    word = "mehr" if counts_more else "weniger"
    tolerance = number(float(check.tolerance_percent), 1).removesuffix(",0")
    amount = f"{_amount(check)}; erlaubt {tolerance} %"
    seen = f"Die Unterzähler zählen zusammen {share}{word} als der Hauptzähler ({amount})."
    if not counts_more:
        return f"{seen} {_TOO_LITTLE}"
    is_electric = portfolio.meter(check.main).medium_id == "electricity_import"
    return f"{seen} {_TOO_MUCH.format(feed_in=_FEED_IN if is_electric else '')}"


def _amount(check: SubMeterCheck) -> str:
    unit = unit_text(labelled(check.unit, check.reference))
    return f"{number(abs(float(check.difference or 0)), 1)} {unit}"
