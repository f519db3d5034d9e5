"""Findings about what fits, waits, is refused or is stuck."""
