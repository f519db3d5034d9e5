"""Consequences for machines."""
