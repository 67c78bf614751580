"""What every meter of the sample district meters: its shape and its amount in a common year."""

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """The shapes of `zaehlwerk.demo.shapes`."""

    ELECTRICITY = "electricity"
    HEAT = "heat"
    WATER = "water"
    PHOTOVOLTAICS = "photovoltaics"
    LIGHTING = "lighting"


@dataclass(frozen=True, slots=True)
class Load:
    """`per_year` [unit of consumption: kWh, m³] before measures; `base` is the shape's share without use.

    `roof` names the meter of a solar roof behind the same connection: it lowers the import, and what the house
    cannot take is the export of the meter `export`.
    """

    shape: Shape
    per_year: float
    base: float = 0.2
    roof: str | None = None
    export: str | None = None


E_, H_, W_, P_, L_ = Shape

LOADS: dict[str, Load] = {
    "gs-am-wald-strom": Load(E_, 34_000, 0.16, roof="gs-am-wald-pv"),
    "gs-am-wald-pv": Load(P_, 28_500),
    "gs-am-wald-gas": Load(H_, 338_000, 0.10),
    "gs-am-wald-wasser": Load(W_, 430, 0.02),
    "gs-am-bach-strom": Load(E_, 29_000, 0.18, roof="gs-am-bach-pv"),
    "gs-am-bach-pv": Load(P_, 19_200),
    "gs-am-bach-fernwaerme": Load(H_, 226_000, 0.09),
    "gs-am-bach-wasser": Load(W_, 370, 0.02),
    "igs-am-burgberg-strom": Load(E_, 152_000, 0.22, roof="igs-am-burgberg-pv", export="igs-am-burgberg-einspeisung"),
    "igs-am-burgberg-mensa": Load(E_, 31_000, 0.20),
    "igs-am-burgberg-pv": Load(P_, 91_000),
    "igs-am-burgberg-gas": Load(H_, 1_010_000, 0.11),
    "igs-am-burgberg-wasser": Load(W_, 1_850, 0.02),
    "sporthalle-am-markt-strom": Load(E_, 41_000, 0.12),
    "sporthalle-am-markt-fernwaerme": Load(H_, 247_000, 0.20),
    "sporthalle-am-markt-wasser": Load(W_, 490, 0.02),
    "kita-sonnenschein-strom": Load(E_, 14_500, 0.20, roof="kita-sonnenschein-pv"),
    "kita-sonnenschein-waermepumpe": Load(H_, 18_400, 0.22),
    "kita-sonnenschein-pv": Load(P_, 14_200),
    "kita-sonnenschein-wasser": Load(W_, 300, 0.02),
    "rathaus-ramstein-strom": Load(E_, 78_000, 0.28, roof="rathaus-ramstein-pv"),
    "rathaus-ramstein-pv": Load(P_, 27_600),
    "rathaus-ramstein-gas": Load(H_, 305_000, 0.05),
    "rathaus-ramstein-wasser": Load(W_, 510, 0.02),
    "rathaus-enkenbach-strom": Load(E_, 52_000, 0.25),
    "rathaus-enkenbach-gas": Load(H_, 262_000, 0.05),
    "rathaus-enkenbach-wasser": Load(W_, 360, 0.02),
    "bauhof-am-gleis-strom": Load(E_, 19_500, 0.22),
    "bauhof-am-gleis-gas": Load(H_, 171_000, 0.12),
    "bauhof-am-gleis-wasser": Load(W_, 330, 0.02),
    "feuerwehr-hochspeyer-strom": Load(E_, 10_200, 0.35),
    "feuerwehr-hochspeyer-oel": Load(H_, 88_000, 0.06),
    "feuerwehr-hochspeyer-wasser": Load(W_, 95, 0.06),
    "hallenbad-am-park-strom": Load(E_, 356_000, 0.55, roof="hallenbad-am-park-pv"),
    "hallenbad-am-park-pv": Load(P_, 57_500),
    "hallenbad-am-park-gas": Load(H_, 1_180_000, 0.55),
    "hallenbad-am-park-beckenwaerme": Load(H_, 455_000, 0.85),
    "hallenbad-am-park-wasser": Load(W_, 13_800, 0.15),
    "strassenbeleuchtung-enkenbach-nord": Load(L_, 44_000),
    "strassenbeleuchtung-enkenbach-mitte": Load(L_, 57_000),
    "strassenbeleuchtung-enkenbach-sued": Load(L_, 31_000),
}
