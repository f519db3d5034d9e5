"""Findings about volumes, storage classes and the disks and servers under them."""
