"""Pulumi components: each declares what the plan says, and decides nothing."""
