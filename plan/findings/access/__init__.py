"""Findings about rights, secrets and ways in."""
