"""Exit codes of the commands."""

FINE = 0
ERRORS = 1
"""There are findings of severity error."""
INVALID = 2
"""The input is invalid."""
INTERRUPTED = 130
"""Stopped by Ctrl-C, as a shell counts it: 128 and the number of the signal."""
