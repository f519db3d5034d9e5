"""How quick and how small the program is, compared within one run: `make bench`."""
