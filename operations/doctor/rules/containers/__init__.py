"""Rules about containers that do not start, end, or are not ready."""
