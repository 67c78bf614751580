"""The made-up past of the sample district: weather, use and incidents, and the readings that follow from them."""
