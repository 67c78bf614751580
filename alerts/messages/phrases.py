"""The fixed phrases of the mails, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the templates say around the facts."""

    greeting: str
    since: str
    cost: str
    cost_per_day: str
    cost_per_year: str
    cost_unknown: str
    cause: str
    next_step: str
    answer_here: str
    answers: tuple[tuple[str, str], ...]
    details: str
    why_manager: str
    why_fallback: str
    pause: str
    pause_link: str
    sample: str
    urgent: str
    chart_alt: str
    chart_file: str
    prefixes: Mapping[str, str]
    storm_subject: str
    storm_subject_one: str
    storm_seen: str
    storm_seen_one: str
    storm_cause: str
    storm_next: str
    storm_why: str
    storm_all: str


_DE: Final = Phrases(
    greeting="Guten Tag {},",
    since="Seit",
    cost="Kosten",
    cost_per_day="etwa {} am Tag",
    cost_per_year="etwa {} im Jahr, wenn es so bleibt",
    cost_unknown="unbekannt",
    cause="Ursache",
    next_step="Was jetzt zu tun ist",
    answer_here="Bitte melden Sie das Ergebnis:",
    answers=(("erledigt", "Erledigt"), ("fehlalarm", "Fehlalarm"), ("handwerker", "Handwerker beauftragt")),
    details="Alle Einzelheiten",
    why_manager="Sie bekommen diese Mail, weil Sie für die Liegenschaft {} eingetragen sind.",
    why_fallback="Sie bekommen diese Mail, weil für die Liegenschaft {} niemand eingetragen ist.",
    pause="Zu diesem Alarm eine Weile nichts hören:",
    pause_link="später erinnern",
    sample="Beispieldaten: Liegenschaft und Werte sind erfunden.",
    urgent="Dringend",
    chart_alt="Diagramm der Messwerte zu diesem Alarm",
    chart_file="diagramm.png",
    prefixes={"urgent": "Dringend: ", "reminder": "Erinnerung: "},
    storm_subject="{count} Zähler melden gleichzeitig nichts mehr",
    storm_subject_one="Ein Zähler meldet nichts mehr: Verbindung gestört",
    storm_seen_one="Seit {since} meldet einer Ihrer Zähler nichts mehr, zugleich mit anderen hinter derselben "
    "Verbindung „{source}“:",
    storm_seen="Seit {since} melden {count} Ihrer Zähler nichts mehr, alle hinter derselben Verbindung „{source}“:",
    storm_cause="Wenn so viele Zähler zugleich verstummen, liegt es fast nie an den Zählern, sondern an dem, was "
    "sie verbindet: Gateway, Netz oder Server.",
    storm_next="Bitte prüfen, ob das Gateway Strom und Netz hat, und der IT Bescheid geben. An den Zählern ist "
    "vorerst nichts zu tun; kommt die Verbindung zurück, schließen sich die Alarme von selbst.",
    storm_why="Sie bekommen diese Mail, weil Sie für diese Liegenschaften eingetragen sind. Weitere Zähler derselben "
    "Störung melden wir nicht einzeln. Alarme lassen sich auf der Seite unten aufschieben.",
    storm_all="Alle offenen Alarme",
)

_EN: Final = Phrases(
    greeting="Dear {},",
    since="Since",
    cost="Cost",
    cost_per_day="about {} a day",
    cost_per_year="about {} a year if it stays like this",
    cost_unknown="unknown",
    cause="Cause",
    next_step="What to do now",
    answer_here="Please report the result:",
    answers=(("erledigt", "Done"), ("fehlalarm", "False alarm"), ("handwerker", "Craftsman called")),
    details="All details",
    why_manager="You get this mail because you look after {}.",
    why_fallback="You get this mail because nobody is declared to look after {}.",
    pause="To hear nothing of this alert for a while:",
    pause_link="remind me later",
    sample="Sample data: property and values are made up.",
    urgent="Urgent",
    chart_alt="Chart of the measured values behind this alert",
    chart_file="chart.png",
    prefixes={"urgent": "Urgent: ", "reminder": "Reminder: "},
    storm_subject="{count} meters fell silent at the same time",
    storm_subject_one="A meter fell silent: connection disturbed",
    storm_seen_one="Since {since}, one of your meters has been silent, together with others behind the same "
    "connection “{source}”:",
    storm_seen="Since {since}, {count} of your meters have been silent, all behind the same connection “{source}”:",
    storm_cause="When so many meters fall silent at once, it is hardly ever the meters but what connects them: "
    "gateway, network or server.",
    storm_next="Please check that the gateway has power and network, and tell IT. There is nothing to do at the "
    "meters for now; when the connection returns, the alerts close by themselves.",
    storm_why="You get this mail because you look after these properties. Further meters of the same fault are not "
    "reported one by one. Alerts can be put off on the page below.",
    storm_all="All open alerts",
)

PHRASES: Final[Mapping[str, Phrases]] = {"de": _DE, "en": _EN}
