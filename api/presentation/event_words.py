"""The words for events and their states; what a proposed one means, and what follows from either answer."""

from dataclasses import dataclass

EVENTS = {
    "exchange": "Zählerwechsel",
    "exchange_suspected": "vermutlicher Zählerwechsel",
    "rollover": "Überlauf des Zählwerks",
    "spurious_zero": "falsche Null",
    "counter_fell": "Zählerstand gefallen",
    "implausible_jump": "unglaubhafter Sprung",
    "stuck": "Zähler steht",
    "unit_change_suspected": "vermutlicher Einheitenwechsel",
    "factor_change": "neuer Wandlerfaktor",
    "clock_shift": "Uhr verstellt",
    "duplicate_conflict": "zwei Werte zur selben Zeit",
    "future_reading": "Zeitstempel in der Zukunft",
    "serial_seen": "Zählernummer gelesen",
    "serial_changed": "neue Zählernummer",
    "gap": "Lücke",
}
EVENT_STATES = {
    "recorded": "erfasst",
    "proposed": "zu prüfen",
    "accepted": "bestätigt",
    "rejected": "verworfen",
    "withdrawn": "zurückgezogen",
    "noticed": "erkannt",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question to a person: what was seen means, what happens on yes and on no. `yes` and `no` stand on buttons."""

    meaning: str
    yes: str
    on_yes: str
    no: str
    on_no: str


_ANY = Proposal(
    "Das hat die Auswertung bemerkt; ob es so war, weiß nur ein Mensch.",
    "Ja, so war es",
    "Wir vermerken es als bestätigt.",
    "Nein",
    "Wir vermerken es als verworfen.",
)
PROPOSALS = {
    "exchange_suspected": Proposal(
        "Der Zählerstand ist gefallen und bleibt niedrig. Meist wurde der Zähler getauscht. Bis zur Antwort zählt "
        "die Zeit zwischen den beiden Ablesungen nicht.",
        "Ja, Zähler wurde gewechselt",
        "Der alte Zähler zählt bis zu seinem Endstand, der neue ab seinem Anfangsstand. Ohne Angabe gelten die "
        "Ablesungen davor und danach.",
        "Nein, kein Wechsel",
        "Der Abfall bleibt ein Fehler: Was zwischen den beiden Ablesungen verbraucht wurde, bleibt unbekannt.",
    ),
    "implausible_jump": Proposal(
        "Der Zählerstand ist stärker gestiegen, als der Anschluss hergibt oder der Zähler je gezeigt hat. Bis zur "
        "Antwort zählt der Sprung nicht.",
        "Ja, der Sprung ist ein Fehler",
        "Der Sprung bleibt ungezählt.",
        "Nein, der Verbrauch war echt",
        "Der Sprung wird als Verbrauch gezählt.",
    ),
    "stuck": Proposal(
        "Der Zählerstand hat sich länger nicht bewegt, als er darf. Bis zur Antwort gilt diese Zeit nicht als "
        "gemessen.",
        "Ja, der Zähler stand",
        "Die Zeit bleibt ohne Messwert.",
        "Nein, es wurde nichts verbraucht",
        "Die Zeit zählt als gemessen: kein Verbrauch.",
    ),
    "unit_change_suspected": Proposal(
        "Die Ablesungen sind auf einmal um ein Vielfaches größer oder kleiner. Meist zählt der Zähler seither in "
        "einer anderen Einheit. Bis zur Antwort zählt ab hier nichts.",
        "Ja, andere Einheit",
        "Ab hier werden die Ablesungen mit dem Faktor malgenommen.",
        "Nein, Einheit ist gleich",
        "Die Ablesungen zählen, wie sie sind.",
    ),
    "clock_shift": Proposal(
        "Der Tagesgang liegt auf einmal zu anderen Uhrzeiten. Dann ging die Uhr des Zählers oder Datensammlers "
        "falsch, oder die Schaltuhr der Anlage; welche gemeint ist, steht oben.",
        "Ja, Uhr ging falsch",
        "Die Zeiten ab hier werden um die genannten Sekunden verschoben: bei der Schaltuhr einer Anlage um null, "
        "denn die Ablesungen stimmen.",
        "Nein, Uhr ging richtig",
        "Die Zeiten bleiben, wie sie sind.",
    ),
    "duplicate_conflict": Proposal(
        "Für Zeiten dieses Tages, die schon einen Wert hatten, kamen andere; sie haben die früheren ersetzt.",
        "Ja, die neuen Werte gelten",
        "Alle neuen Werte des Tages bleiben stehen.",
        "Nein, die früheren gelten",
        "Alle früheren Werte des Tages werden wieder eingetragen.",
    ),
    "serial_changed": Proposal(
        "Das Gerät nennt eine andere Zählernummer als bisher. Wurde es getauscht, erfassen Sie bitte auch den "
        "Zählerwechsel mit beiden Ständen.",
        "Ja, anderes Gerät",
        "Wir vermerken die neue Nummer.",
        "Nein, dasselbe Gerät",
        "Wir verwerfen den Hinweis.",
    ),
}
SUBSTITUTE_METHODS = {
    "linear": "gleichmäßig verteilt",
    "profile": "nach vergleichbaren Tagen verteilt",
    "model": "nach dem Wetter verteilt",
    "by_person": "von Hand ersetzt",
    "by_source": "Ersatzwert laut Datei",
}
PHOTOS = {"old": "alter Zähler", "new": "neuer Zähler", "reading": "Ablesung"}


def proposal_of(kind: str) -> Proposal:
    """Return the question that goes with a kind of event."""
    return PROPOSALS.get(kind, _ANY)
