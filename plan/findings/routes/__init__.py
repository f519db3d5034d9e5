"""Findings about routes, and who is reached by them."""
