"""Why a reading or an entry was refused, and by which door it came, in German by their codes."""

from config.errors import InvalidReading

REFUSALS = {
    "not_json": "kein JSON",
    "not_a_number": "keine Zahl",
    "not_an_object": "kein Datensatz",
    "ambiguous_number": "Punkt oder Komma nicht eindeutig, Tausender bitte ohne Punkt",
    "wrong_columns": "unerwartete Spalten",
    "unknown_meter": "unbekannter Zähler",
    "unknown_quantity": "unbekannte Größe",
    "future_time": "Zeit in der Zukunft",
    "unknown_topic": "unbekanntes Thema",
    "unknown_unit": "unbekannte Einheit",
    "virtual_meter": "berechneter Zähler",
    "no_meter": "ohne Zähler",
    "no_amount": "keine Menge größer als null",
    "no_counter": "kein Zählwerk, das gewechselt werden kann",
    "no_tank": "kein Tank, dessen Füllstand abgelesen wird",
    "no_time": "ohne brauchbare Zeit",
    "naive_time": "Zeit ohne Zeitzone",
    "too_old": "vor dem Jahr 2000",
    "two_values": "zwei Werte für dieselbe Zeit in einer Datei",
    "retained_without_time": "aufbewahrter Wert ohne Zeit",
    "implausible": "nicht glaubhaft",
    "no_value": "ohne Wert",
    "out_of_range": "außerhalb des erwarteten Bereichs",
    "time_out_of_range": "Zeit außerhalb dessen, was der Speicher fasst",
    "not_encodable": "Zeichen, die der Speicher nicht nimmt",
    "field_type_conflict": "im Speicher steht schon ein Wert anderer Art",
    "outside_retention": "älter, als der Speicher aufbewahrt",
    "not_parsable": "für den Speicher nicht lesbar",
    "too_large": "zu groß für den Speicher",
    "refused_by_store": "vom Speicher abgelehnt",
    "beyond_digits": "mehr Stellen, als die Anzeige hat",
    "no_photo": "kein Bild (JPEG, PNG, WebP oder HEIC) oder beschädigt",
    "delivery_missing": "mehr, als noch da sein kann; eine Lieferung bitte zuerst eintragen",
    "delivered_twice": "dieselbe Menge ist in derselben Woche schon eingetragen",
    "exchanged_already": "zu diesem Zeitpunkt ist schon ein Zählerwechsel erfasst; bitte dort berichtigen",
    "already_read": "für diesen Zeitpunkt steht schon eine Ablesung",
    "ambiguous_column": "mehrere Spalten kommen in Frage",
    "ambiguous_date": "Tag und Monat nicht eindeutig",
    "ambiguous_quantity": "Zählerstand oder Verbrauch nicht eindeutig",
    "broken_file": "Datei ist beschädigt",
    "old_spreadsheet": "altes Tabellenformat (bitte als .xlsx speichern)",
    "no_codec": "Gerät ohne Übersetzer im Funknetz",
    "not_a_list": "keine Liste von Ablesungen",
    "not_a_status": "kein Zustand einer Box",
    "not_protobuf": "kein Sparkplug-Datensatz",
    "too_long": "zu lang",
    "unknown_label": "unbekannter Eintrag",
    "unknown_register": "unbekanntes Zählwerk",
    "unknown_status": "unbekannter Status des Werts",
    "other_direction": "andere Energierichtung als der Zähler",
    "wrong_message": "andere Nachricht als ein Lastgang",
}
# Which part of an entry is meant, by its name in the interface; times say it by themselves.
_PARTS = {
    "old_end": "Endstand des alten Zählers",
    "new_start": "Anfangsstand des neuen Zählers",
    "digits": "Stellen vor dem Komma",
    "factor": "Faktor",
    "shift_s": "Sekunden",
}
# What of an answer to a question cannot be, by its name in `Decision`.
UNFIT_ANSWERS = {
    "old_end": "Endstand, den der alte Zähler nicht gezeigt haben kann (sonst bitte als Bemerkung begründen)",
    "new_start": "Anfangsstand, den der neue Zähler nicht gezeigt haben kann (sonst bitte als Bemerkung begründen)",
    "at": "Zeitpunkt, der nicht zwischen den beiden Ablesungen liegt",
    "factor": "kein brauchbarer Faktor",
    "digits": "keine brauchbare Zahl von Stellen",
    "shift_s": "keine brauchbare Zahl von Sekunden",
}
REFUSED_FROM = {"api": "Schnittstelle", "file": "Datei", "hand": "von Hand eingetragen"}


def refusal(error: InvalidReading) -> str:
    """Return why an entry was not taken, as a part of a sentence; where it has several parts, which of them it is."""
    words, part = REFUSALS.get(error.code, "nicht brauchbar"), _PARTS.get(error.field)
    return words if part is None else f"{words} ({part})"
