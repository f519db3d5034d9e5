"""Findings about certificates of routes and kubelets."""
