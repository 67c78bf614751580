"""What the shipped factor sets are, in German."""

# The shipped factor sets, as (title, what they are); a set of a portfolio's own speaks for itself.
FACTOR_SETS = {
    "bisko": (
        "BISKO",
        "BISKO-Systematik (ifeu/Difu), mit Vorketten, Stand etwa 2018 bis 2020; aus Kopien und Bilanzen übernommen",
    ),
    "uba": (
        "UBA-Strommix",
        "Umweltbundesamt, direktes CO₂ des Strommixes ohne Vorketten; nicht mit BISKO vergleichbar",
    ),
    "gmodg": ("GModG, Anlage 9", "Gebäudemodernisierungsgesetz (früher GEG), Anlage 9, Stand August 2026"),
    "bafa": ("BAFA", "BAFA-Informationsblatt CO₂-Faktoren, für Förderanträge, nicht für die Klimabilanz"),
    "kea_bw": ("KEA-BW (GEMIS 4.95)", "KEA-BW nach GEMIS 4.95, mit Vorketten, Ausgabe 2016"),
}
