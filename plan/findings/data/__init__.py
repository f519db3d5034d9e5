"""Findings about databases and other stores, and copies of data."""
