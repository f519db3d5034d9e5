"""Labels and annotations that the owner states, by the kind of object that they are for."""

from config.kubernetes import AnnotationKey, LabelKey, LabelValue
from config.model import Model

Labels = dict[LabelKey, LabelValue]
Annotations = dict[AnnotationKey, str]


class LabelMarks(Model):
    """Labels, in addition to those of the program."""

    namespace: Labels = {}
    """Of its namespace."""
    workload: Labels = {}
    """Of its Deployment, StatefulSet, DaemonSet or CronJob."""
    pod: Labels = {}
    """Of its pods."""
    route: Labels = {}
    """Of its routes."""
    service: Labels = {}
    """Of its Kubernetes Service."""


class AnnotationMarks(Model):
    """Annotations, in addition to those of the program."""

    namespace: Annotations = {}
    """Of its namespace."""
    workload: Annotations = {}
    """Of its Deployment, StatefulSet, DaemonSet or CronJob."""
    pod: Annotations = {}
    """Of its pods."""
    route: Annotations = {}
    """Of its routes."""
    service: Annotations = {}
    """Of its Kubernetes Service."""
