"""Departures of an adopted service from the conventions, taken out one at a time."""
