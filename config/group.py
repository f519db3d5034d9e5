"""`groups.yaml`: namespaces that hold several services."""

from config.model import Model, Name, Text


class Group(Model):
    """A named namespace, `<tier>-<group>`, for services that belong together and share a quota."""

    tier: Name
    description: Text
