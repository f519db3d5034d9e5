"""`groups.yaml`: namespaces that hold several services."""

from config.model import Model, Name, Prose
from config.service.marks import Annotations, Labels


class Group(Model):
    """A namespace for services that belong together and share a quota."""

    tier: Name
    """The tier of its services."""
    namespace: Name | None = None
    """The namespace's name; left out, `<tier>-<group>`."""
    labels: Labels = {}
    """Further labels of its namespace."""
    annotations: Annotations = {}
    """Further annotations of its namespace."""
    description: Prose
    """A sentence on the group, for people."""
