"""Kinds of property, and the group of the climate balance that each belongs to."""

from dataclasses import dataclass

# The groups in which the Klimaschutz-Planer takes a municipality's own consumption.
STREET_LIGHTING = "Straßenbeleuchtung"
ADMINISTRATION = "Kommunale Verwaltungsgebäude"
SCHOOLS = "Schulen und Kindertagesstätten"
OTHER = "Sonstige kommunale Gebäude und Infrastruktur"


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of property; `balance_group` is the title of its row in the climate balance."""

    id: str
    title: str
    balance_group: str


CATEGORIES: dict[str, Category] = {
    category.id: category
    for category in (
        Category("verwaltung", "Verwaltungsgebäude", ADMINISTRATION),
        Category("schulen", "Schulen", SCHOOLS),
        Category("berufsbildende_schulen", "Berufsbildende Schulen", SCHOOLS),
        Category("kindertagesstaetten", "Kindertagesstätten", SCHOOLS),
        Category("sporthallen", "Sporthallen", OTHER),
        Category("sportanlagen", "Gebäude für Sportaußenanlagen", OTHER),
        Category("hallenbad", "Hallenbäder", OTHER),
        Category("bauhof", "Bauhöfe", OTHER),
        Category("feuerwehr", "Feuerwehrgerätehäuser", OTHER),
        Category("feuerwache", "Feuerwachen (ständig besetzt)", OTHER),
        Category("gemeinschaftshaus", "Bürger- und Gemeinschaftshäuser", OTHER),
        Category("wohnheim", "Wohnheime", OTHER),
        Category("bibliothek", "Bibliotheken und Archive", OTHER),
        Category("museum", "Museen und Ausstellungsgebäude", OTHER),
        Category("veranstaltung", "Veranstaltungsgebäude", OTHER),
        Category("kultur", "Gebäude für kulturelle Zwecke", OTHER),
        Category("mensa", "Mensen und Kantinen", SCHOOLS),
        Category("jugendherberge", "Jugendherbergen", OTHER),
        Category("gesundheit", "Medizinische Einrichtungen (nicht stationär)", OTHER),
        Category("lager", "Lagergebäude", OTHER),
        Category("strassenbeleuchtung", "Straßenbeleuchtung", STREET_LIGHTING),
        Category("klaeranlage", "Kläranlagen", OTHER),
        Category("sonstige", "Sonstige Gebäude", OTHER),
    )
}
