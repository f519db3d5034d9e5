"""Findings: the rules of the planner, each with its code, page and check."""
