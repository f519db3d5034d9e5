"""The commands of `homelab`, one module each, named as typed."""
