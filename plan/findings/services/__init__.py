"""Findings about single services and their pods."""
