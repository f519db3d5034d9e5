"""Tiers: their objects, their policies and the resource rules they set."""
