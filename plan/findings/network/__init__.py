"""Findings about networks of pods and nodes: addresses, names, policies."""
