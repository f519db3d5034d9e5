"""Machines and templates on Proxmox, with every block of the provider's resources."""
