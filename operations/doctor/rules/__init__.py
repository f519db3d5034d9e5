"""The rules by which a cause is found, a module for each family of symptoms."""
