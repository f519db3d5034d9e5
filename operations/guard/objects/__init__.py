"""Consequences for objects of the cluster."""
