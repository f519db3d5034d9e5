"""Pods and their containers as the kubelet describes them, in fields."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, condition, deleted, is_true, labels_of, reference
from observation.times import read_time
from operations.doctor.ages import GRACE
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text, value
from plan.wording import listed


class Container(NamedTuple):
    """A container with what is wanted of it and what became of it."""

    name: str
    wanted: Fields
    status: Fields
    is_init: bool
    """It runs before the others, and has to end."""

    @property
    def waiting(self) -> str:
        """Why it does not run, for example `CrashLoopBackOff`; empty where it runs or has ended."""
        return text(self.status, "state", "waiting", "reason")

    @property
    def waiting_message(self) -> str:
        """The kubelet's sentence about that."""
        return text(self.status, "state", "waiting", "message")

    @property
    def running_since(self) -> datetime | None:
        """When it was started last, if it runs."""
        return read_time(text(self.status, "state", "running", "startedAt"))

    @property
    def ended(self) -> Fields:
        """How it ended: as it is, or the last time before it was started again."""
        return mapping(self.status, "state", "terminated") or mapping(self.status, "lastState", "terminated")

    @property
    def exit_code(self) -> int:
        """Exit code of that end."""
        return number(self.ended, "exitCode")

    @property
    def ended_at(self) -> datetime | None:
        """When it ended."""
        return read_time(text(self.ended, "finishedAt"))

    @property
    def last_run(self) -> timedelta | None:
        """How long it ran before it ended."""
        begin = read_time(text(self.ended, "startedAt"))
        return self.ended_at - begin if self.ended_at and begin else None

    @property
    def restarts(self) -> int:
        """How often it was started again in this pod."""
        return number(self.status, "restartCount")

    @property
    def is_ready(self) -> bool:
        """Whether it passes its readiness probe; of an init container, whether it is done."""
        return value(self.status, "ready") is True

    @property
    def has_started(self) -> bool:
        """Whether it passed its startup probe."""
        return value(self.status, "started") is True

    @property
    def image(self) -> str:
        """The image as the pod names it."""
        return text(self.wanted, "image")


def containers(pod: Manifest) -> Iterator[Container]:
    """Its containers, those that run first before the others. A native sidecar counts as an ordinary one."""
    for key, statuses in (("initContainers", "initContainerStatuses"), ("containers", "containerStatuses")):
        states = {text(each, "name"): each for each in entries(pod, "status", statuses)}
        for wanted in entries(pod, "spec", key):
            name = text(wanted, "name")
            is_init = key == "initContainers" and text(wanted, "restartPolicy") != "Always"
            yield Container(name, wanted, states.get(name, {}), is_init)


def phase(pod: Manifest) -> str:
    """`Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`."""
    return text(pod, "status", "phase")


def is_over(pod: Manifest) -> bool:
    """Whether it has ended, whatever came of it: nothing of it runs any more."""
    return phase(pod) in ("Succeeded", "Failed")


def is_ready(pod: Manifest) -> bool:
    """Whether it serves."""
    return not is_over(pod) and deleted(pod) is None and is_true(pod, "Ready")


def node_of(pod: Manifest) -> str:
    """The node that it is bound to; empty before."""
    return text(pod, "spec", "nodeName")


def is_young(observed: Observation, since: datetime | None, grace: timedelta = GRACE) -> bool:
    """Whether something is so recent that it may still come right by itself."""
    age = observed.age(since)
    return age is not None and age < grace


def unready_since(pod: Manifest) -> datetime | None:
    """Since when it is not ready, as far as its status shows it."""
    ready = condition(pod, "Ready") or condition(pod, "PodScheduled")
    return ready.since if ready else read_time(text(pod, "metadata", "creationTimestamp"))


def lineage(observed: Observation, pod: Manifest) -> frozenset[Reference]:
    """The pod and all that controls it: trouble of the one is trouble of the others."""
    return frozenset((reference(pod), *(reference(each) for each in observed.owners(pod))))


def workload(observed: Observation, pod: Manifest) -> Reference:
    """The object that somebody wrote, of which the pod is a part."""
    return reference(observed.top(pod))


def static_pods(observed: Observation, component: str) -> frozenset[Reference]:
    """The pods of a part of the control plane, for example `kube-scheduler`."""
    return frozenset(
        reference(pod)
        for pod in observed.in_namespace("Pod", "kube-system")
        if labels_of(pod).get("component") == component
    )


def template_owner(observed: Observation, pod: Manifest) -> Manifest | None:
    """The object with the template of the pod that its author wrote: a Deployment, a StatefulSet, a Job."""
    return next((each for each in reversed(list(observed.owners(pod))) if mapping(each, "spec", "template")), None)


def where(observed: Observation, pod: Manifest) -> str:
    """The nodes where pods of its DaemonSet do not serve, while others do: ` on k8s-node3`; empty for other kinds."""
    top = observed.top(pod)
    pods = list(observed.pods_of(top)) if top["kind"] == "DaemonSet" else []
    lacking = sorted({node_of(each) for each in pods if not is_ready(each)})
    return f" on {listed(lacking)}" if 0 < len(lacking) < len(pods) else ""


def ready_of(observed: Observation, manifest: Manifest) -> str:
    """How many pods of a controller serve: `2 of 3 replicas are ready`. Empty for kinds without replicas."""
    if manifest["kind"] == "DaemonSet":
        wanted, ready = number(manifest, "status", "desiredNumberScheduled"), number(manifest, "status", "numberReady")
    elif value(manifest, "spec", "replicas") is not None:
        wanted, ready = number(manifest, "spec", "replicas"), number(manifest, "status", "readyReplicas")
    else:
        return ""
    return f"{ready} of {wanted} replicas are ready"
