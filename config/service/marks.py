"""Labels and annotations that the owner states, by the kind of object that they are for."""

from config.kubernetes import LabelKey, LabelValue
from config.model import Model

Labels = dict[LabelKey, LabelValue]
Annotations = dict[LabelKey, str]


class LabelMarks(Model):
    """Labels, in addition to those of the program."""

    namespace: Labels = {}
    workload: Labels = {}
    """Of its Deployment, StatefulSet, DaemonSet or CronJob."""
    pod: Labels = {}
    route: Labels = {}
    service: Labels = {}
    """Of its Kubernetes Service."""


class AnnotationMarks(Model):
    """Annotations, in addition to those of the program."""

    namespace: Annotations = {}
    workload: Annotations = {}
    """Of its Deployment, StatefulSet, DaemonSet or CronJob."""
    pod: Annotations = {}
    route: Annotations = {}
    service: Annotations = {}
    """Of its Kubernetes Service."""
