"""Docker Compose: its services as services of a lab."""
