"""Clients: the only places that ask a live system. They read, and change nothing."""
