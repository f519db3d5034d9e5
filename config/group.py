"""`groups.yaml`: namespaces that hold several services."""

from config.model import Model, Name, Text


class Group(Model):
    """A namespace for services that belong together and share a quota."""

    tier: Name
    namespace: Name | None = None
    """The namespace's name; left out, `<tier>-<group>`."""
    description: Text
