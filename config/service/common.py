"""Keys that every service has, whatever its kind."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field

from config.kubernetes import ApiGroup, ObjectName
from config.model import Model, Name, Prose, Reason, Text, text_like
from config.service.container import Container, Part
from config.service.exposure import Exposure
from config.service.marks import AnnotationMarks, LabelMarks
from config.service.port import ContainerPort
from config.service.published import OwnAddress, Published, addresses_of
from config.service.ran_with import RanWith
from config.service.resources import Gpu, Resources
from config.service.stated_secret import ExternalSecret
from config.service.stream import Stream
from config.service.volume import Volume
from config.source import Path

Departure = Literal[
    "burstable-memory",
    "guaranteed-memory",
    "unlimited-memory",
    "guaranteed-cpu",
    "limited-cpu",
    "cpu-above-cap",
    "no-limit-range",
    "no-quota",
    "host-access",
    "root-user",
    "capabilities",
    "writable-root",
    "unconfined",
    "cluster-rights",
    "no-sign-in",
    "devices",
]
"""Conventions that a service may depart from, with a reason:

- `burstable-memory`: memory request below limit although the tier is memory-guaranteed;
- `guaranteed-memory`: memory request = limit although the tier is burstable;
- `unlimited-memory`: containers without a memory limit (`memory: unlimited`), which only their node bounds;
- `guaranteed-cpu`: CPU limit = request in all containers that state no `cpu_limit`, which makes its pods Guaranteed
  where memory is guaranteed too;
- `limited-cpu`: the CPU limits that containers state (`cpu_limit`);
- `cpu-above-cap`: a CPU request above the tier's cap;
- `no-limit-range`, `no-quota`: the namespace gets none;
- `host-access`: host network, host paths or privileged containers; breaks the Pod Security Standard `baseline`;
- `root-user`: containers that state no other user run as their image does, or as root; breaks `restricted`;
- `capabilities`: capabilities other than NET_BIND_SERVICE; breaks `restricted`, and `baseline` too where a container
  runtime does not give them anyway;
- `writable-root`: containers may write into their root file system; breaks no standard;
- `unconfined`: `security.seccomp: Unconfined`, so that every system call is let through, and likewise other types of
  SELinux than those of containers; breaks `baseline`;
- `cluster-rights`: permissions with which its pods could do everything in the cluster;
- `no-sign-in`: `auth: none` towards the internet;
- `devices`: devices of the node, resource claims, or further networks.
"""

Verb = Literal["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "approve", "sign"]


class Permission(Model):
    """Permission of a service's pods at the API server."""

    api_group: ApiGroup = ""
    """API group of the resources; empty for the core group."""
    resources: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Kinds of objects in the plural, for example pods."""
    verbs: Annotated[tuple[Verb, ...], Field(min_length=1)]
    """Actions on them that are allowed."""
    names: tuple[Text, ...] = ()
    """The objects that it is for; left out, all."""
    scope: Literal["namespace", "cluster"] = "namespace"
    """Whether in its own namespace or in all."""


FileName = Annotated[
    str, text_like(r"^[A-Za-z0-9][-._A-Za-z0-9]*\.ya?ml$", "the name of a YAML file, for example servicemonitor.yaml")
]
PatchTarget = Annotated[
    str,
    text_like(r"^[a-z][a-z0-9]*/[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", "a kind and a name, for example deployment/immich"),
]


FieldPath = Annotated[
    str,
    text_like(
        r"^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*|\[(\d+|\*|\"[^\"]+\")\])*$",
        "the path of a field, for example spec.template.spec.containers[0].image",
    ),
]


class Patch(Model):
    """A change of an object that the program writes, for what the format cannot say."""

    reason: Reason
    """Why the format is not enough."""
    merge: Annotated[dict[str, Any], Field(min_length=1)]
    """Fields to set, as in a manifest. Mappings are merged, and so are lists whose elements have a name of their own
    (containers, env, ports, volumes, ...); every other list is replaced, and null removes a key."""


PlatformPart = Literal["secrets", "databases"]
"""A part of the platform that a service cannot do without."""


class Named(NamedTuple):
    """A workload that is known by its name only: it can be made by the program, a chart or an operator."""

    path: Path
    name: str
    runs_as: str


class ServiceBase(Published):
    """Fields of every service, and the questions that each kind of service answers about itself."""

    makes_pods: ClassVar[Literal["program", "chart", "operator", "owner", "nobody"]]
    """Author of its pods; the program labels only its own. A host outside of the cluster has none."""
    listens_at: ClassVar[Literal["ports", "endpoint", "endpoints"]]
    """The key that says where it listens."""
    speaks_http: ClassVar[bool] = True
    """Whether it can be exposed."""
    serves_platform: ClassVar[bool] = True
    """Whether it can be a part of the platform."""
    for_gpus: ClassVar[bool] = False
    """Whether its purpose is to use a GPU."""
    unmounted: ClassVar[str]
    """How a volume that nothing mounts is put right."""

    tier: Name
    """Its tier in `tiers.yaml`."""
    group: Name | None = None
    """The shared namespace it lives in; left out, it has one of its own."""
    namespace: Name | None = None
    """The name of its namespace, where that is another than `<tier>-<service>`. Services that state the same one share
    it, and are of one tier."""
    description: Prose
    """A sentence on the service, for people."""
    expose: tuple[Exposure, ...] = ()
    """Host names under which it is reached."""
    streams: tuple[Stream, ...] = ()
    """Ways in by TCP, UDP or TLS: through Traefik or a Gateway, as `[{entry: mqtt, port: mqtt}]`."""
    singleton: bool = False
    """Never two at once: it is stopped before its successor starts."""
    stability: Literal["stable", "volatile"] = "stable"
    """How far its use swings; decides the headroom when it is right-sized (1.2 or 1.3 times the upper bound)."""
    volumes: dict[Name, Volume] = {}
    """Persistent volumes, by name."""
    exceptions: dict[Departure, Reason] = {}
    """Conventions it departs from, each with the reason."""
    labels: LabelMarks = LabelMarks()
    """Labels, as `labels: {namespace: {team: media}}`."""
    annotations: AnnotationMarks = AnnotationMarks()
    """Annotations, as `annotations: {route: {example.com/name: value}}`."""
    ignore_fields: dict[PatchTarget, Annotated[tuple[FieldPath, ...], Field(min_length=1)]] = {}
    """Fields that something else owns, by object: `deployment/immich: [spec.template.spec.containers[0].image]`."""
    external_secrets: dict[ObjectName, ExternalSecret] = {}
    """Secrets that External Secrets makes beside those of `secrets`, by name: keys of any store, items as a whole, and
    what a template makes of them. Pods use them as Secrets that exist, for example `env_from: [{secret: NAME}]`."""
    objects: tuple[FileName, ...] = ()
    """Files with Kubernetes objects of any kind, in the folder `services/<service>`. An object that states no namespace
    gets the service's; all get its labels. Their pods are planned like all others."""
    as_found: bool = False
    """Declare these objects as they stand, without the program's labels: then the first `up` writes nothing to those
    that ran before. That its pods wait for a place already, those of a release too, is no error."""
    patch: dict[PatchTarget, Patch] = {}
    """Changes of objects that the program writes, each by kind and name: `deployment/immich`."""
    second_copy: Reason | None = None
    """Why it runs although its image, chart or database does so elsewhere: an `up` that makes it tells that, and is not
    stopped. It is stopped where another one has its host name, address or volume."""
    ran_with: tuple[RanWith, ...] = ()
    """Errors that it ran with before it was adopted: the plan warns of them, and no `up` stops at them."""

    @abstractmethod
    def parts(self, name: str) -> tuple[Part, ...]:
        """The workloads of which every line is written in the lab, the main one first."""

    @abstractmethod
    def named(self, name: str) -> Iterator[Named]:
        """All workloads, of the program, a chart or an operator."""

    @abstractmethod
    def sized(self, name: str) -> Iterator[tuple[Path, Resources]]:
        """All that states resources, with where it stands."""

    @abstractmethod
    def gpus(self, name: str) -> Iterator[tuple[Path, Gpu]]:
        """The shares of a GPU that it asks for."""

    @abstractmethod
    def listens(self, workload: str | None = None) -> tuple[ContainerPort, ...]:
        """The ports at which it, or one of its further workloads, is reached, as far as they are known."""

    def served(self, name: str) -> Iterator[tuple[Path, ContainerPort]]:
        """The ports of its Kubernetes Services, with where each stands."""
        for path, _, workload in self.parts(name):
            yield from (((*path, "ports", key), port) for key, port in workload.ports.items() if port.is_served)
            for sidecar, each in workload.sidecars.items():
                at = (*path, "sidecars", sidecar, "ports")
                yield from (((*at, key), port) for key, port in each.ports.items() if port.is_served)
            for called, further in workload.further_services.items():
                at = (*path, "further_services", called, "ports")
                yield from (((*at, key), port) for key, port in further.ports.items())

    def named_ports(self, name: str, workload: str | None = None) -> Mapping[str, ContainerPort]:
        """The ports of it, or of one of its further workloads, by name; empty where they are not stated here."""
        for part in self.parts(name):
            if part.is_main if workload is None else part.path[-1] == workload and not part.is_main:
                return part.workload.reached_ports
        return {}

    def addresses(self, name: str) -> Iterator[OwnAddress]:
        """The addresses of the load balancer that it and its further workloads have."""
        yield from addresses_of(("services", name), self.load_balancer, self.listens())

    @abstractmethod
    def answering(self, name: str) -> str:
        """The Kubernetes Service that answers inside the cluster."""

    @abstractmethod
    def mounted(self, name: str) -> Collection[str]:
        """The names of what its pods mount."""

    def stored(self) -> Iterator[tuple[str, int]]:
        """Storage class and size in bytes of each volume that is claimed, of those of replicas all together."""
        replicas = self.volumes_of_replicas()
        for key, volume in self.volumes.items():
            if volume.storage_class:
                yield volume.storage_class, volume.size * replicas.get(key, 1)

    def volumes_of_replicas(self) -> Mapping[str, int]:
        """How many there are of a volume of which each replica of a statefulset has its own."""
        return {}

    def mountable(self) -> Mapping[str, Collection[str]]:
        """The names of what its pods can mount, by the key that declares them."""
        return {"volumes": self.volumes}

    def containers_of(self, name: str) -> Iterator[tuple[Path, Container]]:
        """The containers of which every line is written in the lab."""
        for part in self.parts(name):
            yield from part.containers

    def installs(self) -> tuple[str, ...]:
        """API groups whose kinds it brings."""
        return ()

    def needs(self) -> frozenset[PlatformPart]:
        """Parts of the platform without which it cannot run."""
        return frozenset()

    def is_off(self) -> bool:
        """Whether its main workload is switched off."""
        return False

    def secret(self, name: str) -> str:
        """The Secret that is made of its secrets."""
        return f"{name}-secrets"


class SizedService(ServiceBase):
    """A service whose pods are sized here, and not by a chart."""

    provides: tuple[Text, ...] = ()
    """API groups whose kinds are there, though no chart of the lab brings them."""
    recommendation: Literal["Off", "Initial"] = "Off"
    """Mode of the Vertical Pod Autoscaler: `Off` only recommends; `Initial` writes what it recommends into every
    pod that is created, so that live resources differ from what is planned."""

    def installs(self) -> tuple[str, ...]:
        return self.provides


class Endpoint(Model):
    """The Kubernetes Service under which something that we do not write ourselves is reached."""

    service: Name
    """Name of the Kubernetes Service."""
    port: Annotated[int, Field(ge=1, le=65535)]
    """Its port."""
