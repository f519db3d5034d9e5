"""Findings about monitors and alerts."""
