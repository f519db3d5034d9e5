"""Scenarios: losses, drains, power cuts, rollouts, scaling, and the fixes that were tried."""
