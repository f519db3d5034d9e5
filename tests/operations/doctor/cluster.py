"""A small healthy cluster in the form of the API server, to be broken in one place by each test."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from observation import Observation
from observation.kinds import RESOURCE_OF
from observation.usage import ContainerUsage, Percentiles, Usage
from operations.doctor.diagnose import diagnose
from operations.doctor.finding import Finding

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
Object = dict[str, Any]
EMPTY = ("Event", "NetworkPolicy", "HorizontalPodAutoscaler", "VolumeAttachment", "CSINode", "APIService")
"""Kinds that were asked, and of which there is nothing unless a test says so."""


def stamp(ago: timedelta) -> str:
    """A time before now, as Kubernetes writes it."""
    return (NOW - ago).strftime("%Y-%m-%dT%H:%M:%SZ")


def days(number: float) -> str:
    return stamp(timedelta(days=number))


def hours(number: float) -> str:
    return stamp(timedelta(hours=number))


def minutes(number: float) -> str:
    return stamp(timedelta(minutes=number))


class Cluster:
    """Objects by kind, with what a controller would have made of them."""

    def __init__(self) -> None:
        self.objects: list[Object] = []
        self.custom: set[str] = set()
        self._uids = count(1)
        self.usage: Usage | None = None

    def add(
        self, kind: str, name: str, namespace: str | None = None, owner: Object | None = None, **rest: Any
    ) -> Object:
        """An object that was created a month ago."""
        metadata: Object = {
            "name": name,
            "uid": f"uid-{next(self._uids)}",
            "creationTimestamp": days(30),
            "generation": 1,
        }
        if namespace:
            metadata["namespace"] = namespace
        if owner:
            owned = {"kind": owner["kind"], "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}
            metadata["ownerReferences"] = [{**owned, "controller": True}]
        metadata |= rest.pop("metadata", {})
        made = {"apiVersion": rest.pop("apiVersion", "v1"), "kind": kind, "metadata": metadata, **rest}
        self.objects.append(made)
        return made

    def get(self, kind: str, name: str) -> Object:
        """The object of that name, or the first whose name begins so."""
        return next(each for each in self.objects if each["kind"] == kind and each["metadata"]["name"].startswith(name))

    def remove(self, *gone: Object) -> None:
        self.objects = [each for each in self.objects if not any(each is one for one in gone)]

    def node(self, name: str, *, role: str = "", labels: Object | None = None, **allocatable: str) -> Object:
        resources = {
            "cpu": "8",
            "memory": "16Gi",
            "pods": "110",
            **{k.replace("__", "/"): v for k, v in allocatable.items()},
        }
        kept = {**resources, "memory": "17Gi"} if resources["memory"] == "16Gi" else resources
        quiet = ("MemoryPressure", "DiskPressure", "PIDPressure")
        conditions = [
            {
                "type": each,
                "status": "False",
                "reason": "KubeletOk",
                "lastHeartbeatTime": minutes(2),
                "lastTransitionTime": days(30),
            }
            for each in quiet
        ]
        conditions.append(
            {
                "type": "Ready",
                "status": "True",
                "reason": "KubeletReady",
                "lastHeartbeatTime": minutes(2),
                "lastTransitionTime": days(30),
            }
        )
        marks = {"kubernetes.io/hostname": name, **(labels or {})}
        taints: list[Object] = []
        if role:
            marks[f"node-role.kubernetes.io/{role}"] = ""
            taints = [{"key": f"node-role.kubernetes.io/{role}", "effect": "NoSchedule"}]
        info = {"kubeletVersion": "v1.36.1", "architecture": "amd64"}
        status = {"capacity": kept, "allocatable": resources, "conditions": conditions, "nodeInfo": info}
        return self.add("Node", name, metadata={"labels": marks}, spec={"taints": taints}, status=status)

    def workload(
        self,
        name: str,
        namespace: str = "shop",
        *,
        kind: str = "Deployment",
        replicas: int = 1,
        node: str = "worker-a",
        service: bool = True,
        pod: Object | None = None,
        **container: Any,
    ) -> Object:
        """A workload with its pods, and the Service and the endpoints in front of it."""
        main = {
            "name": name,
            "image": f"registry.lan/{name}:1.0",
            "ports": [{"containerPort": 8080, "name": "http"}],
            **container,
        }
        spec = {"containers": [main], **(pod or {})}
        labels = {"app": name}
        template = {"metadata": {"labels": labels}, "spec": spec}
        good = [
            {
                "type": "Available",
                "status": "True",
                "reason": "MinimumReplicasAvailable",
                "lastTransitionTime": days(30),
            },
            {
                "type": "Progressing",
                "status": "True",
                "reason": "NewReplicaSetAvailable",
                "lastTransitionTime": days(30),
            },
        ]
        numbers = {
            "replicas": replicas,
            "readyReplicas": replicas,
            "availableReplicas": replicas,
            "observedGeneration": 1,
        }
        if kind == "DaemonSet":
            numbers = {"desiredNumberScheduled": replicas, "numberReady": replicas, "currentNumberScheduled": replicas}
        status = {**numbers, **({"conditions": good} if kind == "Deployment" else {})}
        wanted = {"selector": {"matchLabels": labels}, "template": template}
        if kind != "DaemonSet":
            wanted["replicas"] = replicas
        top = self.add(kind, name, namespace, apiVersion="apps/v1", spec=wanted, status=status)
        owner = top
        if kind == "Deployment":
            owner = self.revision(top, 1, replicas=replicas)
        for number in range(replicas):
            suffix = str(number) if kind == "StatefulSet" else f"x{number}"
            self.pod(
                f"{owner['metadata']['name']}-{suffix}", namespace, owner, spec=deepcopy(spec), labels=labels, node=node
            )
        if service:
            self.service(name, namespace, labels)
        return top

    def revision(self, top: Object, number: int, *, replicas: int = 0, template: Object | None = None) -> Object:
        """A ReplicaSet of a Deployment."""
        name, namespace = f"{top['metadata']['name']}-r{number}", top["metadata"]["namespace"]
        template = template or deepcopy(top["spec"]["template"])
        notes = {"deployment.kubernetes.io/revision": str(number)}
        status = {"replicas": replicas, "readyReplicas": replicas}
        spec = {"replicas": replicas, "template": template}
        return self.add(
            "ReplicaSet",
            name,
            namespace,
            top,
            apiVersion="apps/v1",
            metadata={"annotations": notes},
            spec=spec,
            status=status,
        )

    def pod(
        self,
        name: str,
        namespace: str,
        owner: Object | None,
        *,
        spec: Object,
        labels: Object | None = None,
        node: str = "worker-a",
    ) -> Object:
        statuses = [
            {
                "name": each["name"],
                "ready": True,
                "started": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": days(20)}},
                "lastState": {},
            }
            for each in spec["containers"]
        ]
        conditions = [
            {"type": each, "status": "True", "lastTransitionTime": days(20)}
            for each in ("PodScheduled", "Initialized", "Ready")
        ]
        status = {"phase": "Running", "startTime": days(20), "conditions": conditions, "containerStatuses": statuses}
        metadata = {"labels": labels or {}}
        return self.add(
            "Pod", name, namespace, owner, metadata=metadata, spec={"nodeName": node, **spec}, status=status
        )

    def service(self, name: str, namespace: str, selector: Object, *, port: int = 80, target: Any = 8080) -> Object:
        ports = [{"name": "http", "port": port, "targetPort": target}]
        made = self.add(
            "Service", name, namespace, spec={"selector": selector, "ports": ports, "type": "ClusterIP"}, status={}
        )
        labels = {"kubernetes.io/service-name": name}
        self.add(
            "EndpointSlice",
            f"{name}-s",
            namespace,
            made,
            metadata={"labels": labels},
            endpoints=[{"conditions": {"ready": True}}],
        )
        return made

    def ingress(self, name: str, host: str, *, port: Any = 80, service: str = "", **spec: Any) -> Object:
        backend = {"service": {"name": service or name, "port": {"number": port}}}
        rules = [{"host": host, "http": {"paths": [{"path": "/", "backend": backend}]}}]
        status = {"loadBalancer": {"ingress": [{"ip": "10.0.0.9"}]}}
        return self.add(
            "Ingress", name, "shop", spec={"ingressClassName": "nginx", "rules": rules, **spec}, status=status
        )

    def claim(self, name: str, namespace: str = "shop", *, storage_class: str = "block", **status: Any) -> Object:
        volume = f"pv-{name}"
        spec = {
            "storageClassName": storage_class,
            "accessModes": ["ReadWriteOnce"],
            "volumeName": volume,
            "resources": {"requests": {"storage": "5Gi"}},
        }
        made = self.add(
            "PersistentVolumeClaim",
            name,
            namespace,
            spec=spec,
            status={"phase": "Bound", "capacity": {"storage": "5Gi"}, **status},
        )
        reference = {"namespace": namespace, "name": name, "uid": made["metadata"]["uid"]}
        self.add(
            "PersistentVolume",
            volume,
            spec={
                "claimRef": reference,
                "csi": {"driver": "disks.lan"},
                "capacity": {"storage": "5Gi"},
                "storageClassName": storage_class,
            },
            status={"phase": "Bound"},
        )
        return made

    def event(self, about: Object, reason: str, message: str, *, kind: str = "Warning", ago: float = 10) -> Object:
        place = {
            "kind": about["kind"],
            "name": about["metadata"]["name"],
            "namespace": about["metadata"].get("namespace"),
        }
        name = f"event-{next(self._uids)}"
        rest = {
            "involvedObject": place,
            "reason": reason,
            "message": message,
            "type": kind,
            "lastTimestamp": minutes(ago),
            "count": 5,
        }
        return self.add("Event", name, about["metadata"].get("namespace") or "default", **rest)

    def used(self, workload: str, container: str, daily: list[float], *, oom_kills: int = 0, cpu: float = 10) -> None:
        namespace, kind, name = "shop", *workload.split("/")
        memory = Percentiles(daily[0], max(daily), max(daily), max(daily))
        usage = ContainerUsage(
            namespace,
            f"{kind}/{name}",
            container,
            1,
            len(daily),
            Percentiles(cpu, cpu, cpu, cpu),
            memory,
            tuple(daily),
            oom_kills,
            0,
            "",
        )
        others = self.usage.containers if self.usage else ()
        self.usage = Usage("usage", 30, NOW, (*others, usage))

    def observe(self) -> Observation:
        resources: dict[str, tuple[Object, ...]] = {RESOURCE_OF[kind]: () for kind in EMPTY}
        for each in self.objects:
            kind: str = each["kind"]
            key = RESOURCE_OF.get(kind, kind.lower() + "s.custom")
            resources[key] = (*resources.get(key, ()), each)
        return Observation("test", NOW, "stated", resources, usage=self.usage)

    def diagnose(self) -> tuple[Finding, ...]:
        return diagnose(self.observe())


def healthy() -> Cluster:
    """Two workers and a control plane, a shop with its database, and DNS."""
    cluster = Cluster()
    for name in ("shop", "kube-system", "default"):
        cluster.add("Namespace", name)
    cluster.node("control", role="control-plane")
    cluster.node("worker-a")
    cluster.node("worker-b")
    cluster.add("StorageClass", "block", provisioner="disks.lan", volumeBindingMode="WaitForFirstConsumer")
    cluster.add("IngressClass", "nginx")
    for kind, name in (("PriorityClass", "high"), ("RuntimeClass", "sandboxed")):
        cluster.add(kind, name)
    cluster.add("ServiceAccount", "default", "shop")
    cluster.add("Secret", "passwords", "shop", data={"database": "redacted"}, type="Opaque")
    cluster.add("ConfigMap", "settings", "shop", data={"mode": "live"})
    cluster.workload("web", replicas=2)
    cluster.workload("database", kind="StatefulSet")
    cluster.workload("coredns", "kube-system", service=False)
    cluster.service("kube-dns", "kube-system", {"app": "coredns"})
    cluster.ingress("web", "shop.example")
    return cluster


def loud(findings: tuple[Finding, ...]) -> list[Finding]:
    """Errors and warnings."""
    return [each for each in findings if each.severity != "info"]


def words(finding: Finding) -> str:
    """All that a finding says."""
    shown = [f"{each.object} {each.shows}" for each in (*finding.evidence, *finding.consequences)]
    return "\n".join((finding.code, str(finding.subject), finding.message, finding.fix, *shown))


def only(cluster: Cluster) -> Finding:
    """The one finding about a cluster with one thing broken."""
    found = loud(cluster.diagnose())
    assert len(found) == 1, [(each.code, str(each.subject), each.message) for each in found]
    return found[0]


def pending(pod: Object, message: str = "0/3 nodes are available", *, ago: float = 3) -> None:
    """A pod that the scheduler could not place."""
    pod["spec"].pop("nodeName", None)
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
        "lastTransitionTime": hours(ago),
    }
    pod["status"] = {"phase": "Pending", "conditions": [condition]}


def waiting(
    pod: Object, reason: str, message: str = "", *, container: int = 0, ago: float = 3, **status: Any
) -> Object:
    """A container that does not run; returns its status."""
    pod["status"]["phase"] = "Pending"
    unready(pod, ago=ago)
    found = pod["status"]["containerStatuses"][container]
    found |= {"ready": False, "started": False, "state": {"waiting": {"reason": reason, "message": message}}, **status}
    return found


def unready(pod: Object, *, ago: float = 3) -> None:
    """A pod that does not serve."""
    for each in pod["status"]["conditions"]:
        if each["type"] == "Ready":
            each |= {"status": "False", "lastTransitionTime": hours(ago)}


def crashing(
    pod: Object, *, code: int = 1, reason: str = "Error", restarts: int = 40, ran: float = 60, **ended: Any
) -> Object:
    """A container in CrashLoopBackOff, each run of which lasted some seconds."""
    end = NOW - timedelta(minutes=2)
    begin = end - timedelta(seconds=ran)
    last = {
        "exitCode": code,
        "reason": reason,
        "finishedAt": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "startedAt": begin.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **ended,
    }
    found = waiting(
        pod,
        "CrashLoopBackOff",
        "back-off 5m0s restarting failed container",
        restartCount=restarts,
        lastState={"terminated": last},
    )
    pod["status"]["phase"] = "Running"
    return found


def short(top: Object, ready: int = 0) -> None:
    """A workload with fewer ready pods than it wants."""
    top["status"]["readyReplicas"] = ready
    for each in top["status"].get("conditions", []):
        if each["type"] == "Available" and not ready:
            each |= {"status": "False", "reason": "MinimumReplicasUnavailable", "lastTransitionTime": hours(3)}


def unserved(cluster: Cluster, name: str) -> None:
    """A Service without ready endpoints."""
    cluster.get("EndpointSlice", f"{name}-s")["endpoints"] = []
