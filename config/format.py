"""Formats of a lab's files. A number is added where the same files would mean something else than before."""

FIRST_FORMAT = 1
"""That of a lab that states none, for `homelab migrate`."""
NEWEST_FORMAT = 2
"""The format that this version of the program reads."""
