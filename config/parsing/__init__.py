"""Reads what people write: YAML with its places, strict models, and mistakes in words."""
