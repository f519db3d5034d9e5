"""Fields of manifests."""

from plan.model.fields import Fields, entries, mapping, number, text, value, values

__all__ = ["Fields", "entries", "mapping", "number", "text", "value", "values"]
