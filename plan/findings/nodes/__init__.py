"""Findings about hosts, machines, nodes and their devices."""
