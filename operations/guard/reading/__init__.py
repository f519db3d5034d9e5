"""Reading of what the engine printed, as plain values."""
