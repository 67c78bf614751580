"""How energy counted on the gross calorific value (Hs) relates to the same on the net one (Hi)."""

from decimal import Decimal
from types import MappingProxyType

# kWh on Hi per kWh on Hs, by carrier of the climate balance. Gas: EBeV 2030, annex 2. The others: one over the ratios
# Hs/Hi of GEG annex 4, as read in the IWU DIBS copy (oil as in HeizkostenV; biomass is its value for wood).
HI_PER_HS = MappingProxyType(
    {
        "natural_gas": Decimal("0.903"),
        "heating_oil": 1 / Decimal("1.06"),
        "lpg": 1 / Decimal("1.09"),
        "biomass": 1 / Decimal("1.08"),
    }
)
