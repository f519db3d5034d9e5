"""Rules about volumes, mounts, databases and backups."""
