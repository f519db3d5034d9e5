"""Containers and the workloads that run them."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import ConfigDict, Field, model_validator

from config.image import Image
from config.kubernetes import (
    AbsolutePath,
    Capability,
    GroupId,
    LabelKey,
    LabelValue,
    MountPath,
    ObjectName,
    PortName,
    RequestPath,
    ResourceName,
    UserId,
)
from config.model import Model, Name, Prose, Seconds
from config.schedule import Schedule
from config.service.adopted import Adopted
from config.service.device import FurtherNetwork, ResourceClaim
from config.service.environment import EnvironmentName, FieldSource
from config.service.further_service import FurtherService
from config.service.hook import StatedHook
from config.service.marks import AnnotationMarks, LabelMarks
from config.service.mount import MountPoints
from config.service.placement import Placement
from config.service.port import ContainerPort, PortNumber
from config.service.probe import Probes
from config.service.published import Published
from config.service.resources import Gpu, Resources
from config.service.runs import ClaimRetention, JobSettings, RunsAs
from config.service.secret import ConfigKey, EnvironmentSource, SecretFile, SecretVariable
from config.service.security import PodSecurity, Profile, SelinuxOptions
from config.service.serving import ServiceOptions
from config.service.unsized import Unsized, sized_or_not, without_amounts
from config.source import Path


class Container(Resources):
    """A container with its image."""

    model_config = ConfigDict(json_schema_extra=sized_or_not)

    image: Image
    """The image, with a tag or a digest."""
    unsized: Unsized = ()
    """It states no requests and no limits, as it ran before (`true`), or none of its CPU or memory (`[cpu]`); needs
    `adopt: {as_it_is: true}`. Then `cpu` and `memory` are left out, or that one of them, and the planner counts nothing
    for it either, as the scheduler does."""
    command: tuple[Prose, ...] = ()
    """In place of the image's entry point."""
    args: tuple[str, ...] = ()
    """In place of the image's command."""
    env: dict[EnvironmentName, str] = {}
    """Environment variables."""
    secrets: dict[EnvironmentName, SecretVariable] = {}
    """Environment variables that are secret, by name."""
    env_from: tuple[EnvironmentSource, ...] = ()
    """Things of which every key becomes a variable, as `{secret: NAME}`, `{config_map: NAME}`, `{path: immich}`."""
    env_keys: dict[EnvironmentName, ConfigKey] = {}
    """Variables that are a key of a ConfigMap that exists, as `{LOG_LEVEL: {config_map: NAME, key: level}}`."""
    env_fields: dict[EnvironmentName, FieldSource] = {}
    """Variables that are a field of the pod, or an amount of the container, as `{NODE: spec.nodeName}` or
    `{MEMORY: {field: limits.memory, divisor: 1Mi}}`."""
    kept_env: tuple[EnvironmentName, ...] = ()
    """Variables that run with a value that stands in no file, as secrets that were found: they keep it. In a pod that
    never ran they are empty."""
    env_order: tuple[EnvironmentName, ...] = ()
    """The order of its variables in the pod, where it ran before in another than the program's: plain ones, `secrets`,
    `env_keys`, `env_fields`, `kept_env`. Those that are left out follow."""
    files: dict[MountPath, str] = {}
    """Configuration files, by where they appear."""
    secret_files: dict[MountPath, SecretFile] = {}
    """Secret files, by where they appear; a Secret without a key is a folder."""
    working_dir: AbsolutePath | None = None
    """Folder in which the command runs; left out, the image's."""
    terminal: bool = False
    """A terminal and an open standard input, as `docker run -it` gives."""
    pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    """When a node pulls the image; left out, IfNotPresent."""
    devices: dict[ResourceName, Annotated[int, Field(ge=1, le=1000)]] = {}
    """Devices of a device plugin, by extended resource, as `{gpu.intel.com/i915: 1}`; needs the exception `devices`."""
    resource_claims: dict[Name, ResourceClaim] = {}
    """Devices by dynamic resource allocation, as `{gpu: {template: one-gpu}}`; needs the exception `devices`. On which
    nodes there are such devices is not checked."""
    mounts: dict[Name, MountPoints] = {}
    """Volumes and scratch space of the service, by name, and where they appear: a path, or a path with more,
    `{path: /data, sub_path: photos, read_only: true}`, or a list of these."""
    run_as_user: UserId | None = None
    """Numeric user id; left out, the image's own user."""
    run_as_root: bool = False
    """Run as root (user 0), whatever the image says."""
    run_as_group: GroupId | None = None
    """Numeric group id; left out, the image's own group."""
    non_root: bool | None = None
    """Whether the kubelet starts it only as another user than root; left out, as its pod or tier says."""
    seccomp: Profile | None = None
    """Which system calls are let through, where that differs from the pod's."""
    app_armor: Profile | None = None
    """Its AppArmor profile, where that differs from the pod's."""
    selinux: SelinuxOptions | None = None
    """SELinux labels of its process, where these differ from the pod's."""
    read_only_root: bool | None = None
    """Nothing can be written but into what is mounted, and `/tmp`; left out, as the tier does."""
    capabilities: tuple[Capability, ...] = ()
    """Linux capabilities to add."""
    drop_capabilities: tuple[Capability, ...] = ()
    """Linux capabilities to take away, for example `[ALL]`."""
    pre_stop: StatedHook | None = None
    """A command that runs before the container is stopped, as `[immich, flush]`, or a request as
    `{http: /flush, port: admin}`, to the first port if none is named."""
    post_start: StatedHook | None = None
    """A command that runs, or a request that is made, when the container has started."""
    termination_message: Literal["File", "FallbackToLogsOnError"] | None = None
    """The last words of a container: those in `/dev/termination-log`, or if there are none the end of its log."""
    privileged: bool = False
    """Run with all rights on the node; needs the exception `host-access`. Of a workload that stays as it is, false is
    only written where it is stated."""
    privilege_escalation: bool = False
    """Processes may gain more rights than their parent has, as sudo and ping do. Of a workload that stays as it is,
    false is only written where it is stated."""
    pre_stop_sleep_seconds: Annotated[int, Field(ge=1, le=600)] | None = None
    """How long the container waits before it is stopped, so that requests under way end; in place of `pre_stop`."""

    @model_validator(mode="before")
    @classmethod
    def _without_amounts(cls, stated: Any) -> Any:
        return without_amounts(stated)


class Listening(Container):
    """A container that runs as long as its pod, and may be reached."""

    ports: dict[PortName, PortNumber] = {}
    """`8000`, `53/udp`, or `{number: 8000, service: 80, node: 30080, speaks: https}`: where the container listens, the
    port of the Kubernetes Service (`false` for none), one of every node, and the protocol above it for controllers that
    ask. The first one of the main container is where the service is reached."""
    probes: Probes | None = None
    """How Kubernetes asks whether the container has started, can be reached, and lives; in place of `health`."""


class Sidecar(Listening):
    """A container beside the main one. Its ports are reached through the same Kubernetes Service."""

    native: bool = False
    """Start before the `init` containers and the main one, and stop after it, for example a VPN."""


class Autoscale(Model):
    """A HorizontalPodAutoscaler on CPU."""

    max_replicas: Annotated[int, Field(ge=2, le=100)]
    """The most pods; the fewest are `replicas`."""
    cpu_percent: Annotated[int, Field(ge=1, le=100)] = 80
    """Of the CPU request."""


OwnedField = Literal["image", "replicas", "resources", "env", "labels", "annotations", "schedule"]


class Workload(Listening, Published):
    """A controller with one main container."""

    runs_as: RunsAs = "deployment"
    """`job` runs once: when it is made, and again when its container is changed."""
    schedule: Schedule | None = None
    """When a cronjob runs; in the site's timezone."""
    job: JobSettings = JobSettings()
    """How a job or a cronjob is repeated, stopped and kept."""
    replicas: Annotated[int, Field(ge=0, le=100)] = 1
    """0 declares a service that is switched off."""
    autoscale: Autoscale | None = None
    """More pods while their CPU is busy."""
    health: RequestPath | None = None
    """HTTP path on the first port that answers 2xx when the service works; left out, the port is tried."""
    sidecars: dict[Name, Sidecar] = {}
    """Containers beside the main one, by name."""
    init: dict[Name, Container] = {}
    """Containers that run to their end before the main one starts, by name, in this order."""
    service_account: ObjectName | None = None
    """A ServiceAccount that exists or is one of `objects`; its pods get its token. `permissions` make one instead."""
    pull_secrets: tuple[ObjectName, ...] = ()
    """Secrets with which images are pulled."""
    init_order: tuple[Name, ...] = ()
    """`init` containers and native sidecars in the order in which they start, where it is another than first the
    sidecars, then the rest."""
    waits_for: tuple[Name, ...] = ()
    """Services that must answer before this one starts."""
    host_network: bool = False
    """Use the node's network; needs the exception `host-access`."""
    node_selector: dict[LabelKey, LabelValue] = {}
    """Labels that a node must have."""
    every_node: bool = False
    """Of a daemonset: tolerate every taint, and so run on the control plane and the GPU node too."""
    placement: Placement = Placement()
    """Where its pods may and would rather run, and how they resolve names."""
    security: PodSecurity = PodSecurity()
    """Groups, user namespaces and system calls of its pods."""
    session_affinity_seconds: Annotated[int, Field(ge=1, le=86_400)] | None = None
    """How long a client stays with the pod that answered it first; left out, any pod answers."""
    service_options: ServiceOptions = ServiceOptions()
    """How its Kubernetes Service leads requests on: `service_options: {external_traffic: Cluster}`."""
    publish_not_ready: bool = False
    """Its Kubernetes Service names pods before they are ready, as those of some clusters need to find each other."""
    further_networks: Annotated[tuple[FurtherNetwork, ...], Field(max_length=16)] = ()
    """Further networks of its pods, by Multus: NetworkAttachmentDefinitions of its namespace, or `NAMESPACE/NAME`, with
    more as `{name: network/iot, addresses: [192.168.70.20/24]}`; needs the exception `devices`."""
    min_ready_seconds: Annotated[int, Field(ge=0, le=599)] = 0
    """How long a new pod must be ready before it counts, and the next one is replaced. A deployment that took 600
    seconds would be stuck to Kubernetes."""
    headless: bool = False
    """Its Kubernetes Service has no address of its own: its name stands for the addresses of the pods."""
    further_services: dict[Name, FurtherService] = {}
    """Further Kubernetes Services of its pods, by their whole names, as
    `{plex-lan: {ports: {dlna: 1900/udp}, load_balancer: 10.0.20.5}}`."""
    labels: LabelMarks = LabelMarks()
    """Labels, as `labels: {pod: {team: media}}`."""
    annotations: AnnotationMarks = AnnotationMarks()
    """Annotations, as `annotations: {pod: {prometheus.io/scrape: "true"}}`."""
    ignore: tuple[OwnedField, ...] = ()
    """Fields that something else owns (an autoscaler, an operator that updates images): an `up` leaves them alone."""
    adopt: Adopted = Adopted()
    """Its names and how it is replaced, where it existed before this program."""
    claim_retention: ClaimRetention = ClaimRetention()
    """Of a statefulset: whether the claims of its replicas stay, as `claim_retention: {scaled: Delete}`."""
    grace_seconds: Seconds = 30
    """How long a pod has to end before it is killed."""

    @property
    def mounted_names(self) -> frozenset[str]:
        """The names of what any of its containers mounts."""
        return frozenset(volume for container in self.containers for volume in container.mounts)

    @property
    def containers(self) -> tuple[Container, ...]:
        """The main container, which is the workload itself, its sidecars and its init containers."""
        return (self, *self.sidecars.values(), *self.init.values())

    @property
    def reached_ports(self) -> dict[str, ContainerPort]:
        """The ports of its Kubernetes Service: those of the main container, then of the sidecars."""
        stated = (pair for each in (self, *self.sidecars.values()) for pair in each.ports.items())
        return {name: port for name, port in stated if port.is_served}

    @property
    def published(self) -> tuple[ContainerPort, ...]:
        """The ports at its address of the load balancer."""
        ports = self.reached_ports
        return tuple(ports[name] for name in self.publish if name in ports)

    @property
    def is_balanced(self) -> bool:
        """Whether a load balancer leads to it: at an address that is stated, or at one that its class chooses."""
        return self.load_balancer is not None or self.service_options.load_balancer_class is not None

    @property
    def gpu_share(self) -> Gpu | None:
        """The share of a GPU that its main container asks for."""
        return None


class GpuWorkload(Workload):
    """A workload that may use a GPU."""

    gpu: Gpu | None = None
    """Its share of a GPU."""

    @property
    def gpu_share(self) -> Gpu | None:
        return self.gpu


class Part(NamedTuple):
    """A workload of a service, of which every line is written in the lab."""

    path: Path
    name: str
    """Of its controller."""
    workload: Workload

    @property
    def is_main(self) -> bool:
        """Whether it is the service's main workload, and not a further one."""
        return len(self.path) == 2

    @property
    def containers(self) -> Iterator[tuple[Path, Container]]:
        """The main container, the sidecars and the init containers, with where each stands."""
        yield self.path, self.workload
        for key, container in self.workload.sidecars.items():
            yield (*self.path, "sidecars", key), container
        for key, container in self.workload.init.items():
            yield (*self.path, "init", key), container
