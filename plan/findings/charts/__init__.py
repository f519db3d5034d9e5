"""Findings about charts: their values, versions, parts and withdrawals."""
