"""The command line: `homelab`."""
