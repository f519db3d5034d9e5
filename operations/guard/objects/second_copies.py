"""Objects that are about to be made and run already, there or elsewhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from config.image import name_of
from config.lab import Lab
from observation import Observation
from observation.objects import MANAGER
from operations.adopt.cluster.releases import HelmRelease, read_releases
from operations.guard.consequence import Consequence
from operations.guard.objects.charts import TYPE
from operations.guard.objects.consequences import kind_of, named_target, target_of
from operations.guard.objects.doors import ROUTES, same_host
from operations.guard.objects.kubectl_fields import live_object
from operations.guard.objects.on_purpose import intended
from operations.guard.reading.step import State, Step
from operations.guard.reading.values import block, items
from plan.model import Manifest
from plan.wording import listed

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_JOBS = ("CronJob",)
_CNPG = "postgresql.cnpg.io/"
_POD = {"CronJob": ("jobTemplate", "spec", "template", "spec")}
"""Where the pods of a kind are specified, if not under its template."""
_OF_EACH = frozenset(
    {
        *("alpine", "busybox", "debian", "ubuntu", "python", "node", "bash", "curl", "kubectl", "git", "nginx"),
        *("nginx-unprivileged", "httpd", "caddy", "haproxy", "traefik", "envoy", "php", "static-web-server"),
        *("postgres", "postgresql", "pgvecto-rs", "pgbouncer", "timescaledb", "postgis", "mariadb", "mysql", "mongo"),
        *("mongodb", "influxdb", "clickhouse-server", "elasticsearch", "opensearch", "rabbitmq", "minio", "etcd"),
        *("redis", "redis-stack", "valkey", "keydb", "dragonfly", "memcached", "meilisearch", "typesense"),
        *("oauth2-proxy", "cloudflared", "gluetun", "tailscale", "wireguard", "rclone", "restic", "samba", "pause"),
        *("whoami", "echo-server", "http-echo", "speaker", "tika", "gotenberg", "browserless", "chrome"),
    }
)
"""Images, by the last part of their names, of which many services have one of their own."""
ADDRESSES = (
    *("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs", "kube-vip.io/loadbalancerIPs"),
    *("lbipam.cilium.io/ips", "io.cilium/lb-ipam-ips"),
)
SHARING = (
    *("metallb.io/allow-shared-ip", "metallb.universe.tf/allow-shared-ip"),
    *("lbipam.cilium.io/sharing-key", "io.cilium/lb-ipam-sharing-key"),
)
"""Services that say the same in one of these have an address together."""
_INSTANCES = (*WORKLOADS, *_JOBS, "Release", "Cluster")
"""Kinds of which a second one is a second program, and not in the way of the first."""
TAKE_OVER = "take it over instead (`homelab adopt`), or delete the one that runs and allow this by name"
MEANT = f"{TAKE_OVER}; where both are to run, write why as second_copy of its service"


def second_copies(
    steps: Sequence[Step], states: Iterable[State], observation: Observation, lab: Lab | None
) -> Iterator[Consequence]:
    """Objects that exist where they are to be made, or that run elsewhere under another name or namespace. What the
    stack holds was not forgotten; `states` are its resources, as far as they are known. Services of the lab may say
    why they are to run twice."""
    own = {target_of(step) for step in steps if step.action != "create"} | {named_target(each) for each in states}
    for step in steps:
        if step.action != "create" or not step.is_object:
            continue
        target = target_of(step)
        if live_object(step, observation) is not None or _is_installed(step, observation):
            words = "cannot re-use a name that is still in use" if step.type == TYPE else "already exists"
            message = f"It exists: the `up` ends half-way, with `{words}`."
            yield Consequence("FAIL", "error", target, (), message, TAKE_OVER)
            continue
        others = [(what, each) for what, each in _elsewhere(step, observation) if not _is_taken_over(each)]
        found = [(what, _target(each)) for what, each in others if _target(each) not in own]
        if found:
            places = listed([f"{place} ({what})" for what, place in dict.fromkeys(found)])
            is_instance = kind_of(step.type)[1] in _INSTANCES
            fix = MEANT if is_instance else TAKE_OVER
            copy = Consequence("SECOND-COPY", "error", target, (), f"It runs already, as {places}.", fix)
            yield intended(copy, lab) if is_instance else copy
        elif (other := _same_image(step, observation)) and not _is_taken_over(other) and _target(other) not in own:
            message = f"Its image runs already, in {_target(other)}, and nowhere else."
            yield intended(Consequence("SECOND-COPY", "error", target, (), message, MEANT), lab)


def _is_taken_over(manifest: Manifest) -> bool:
    managed = items(block(manifest, "metadata"), "managedFields")
    return any(entry.get("manager") == MANAGER for entry in managed)


def _target(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    return "/".join(filter(None, (manifest["kind"], metadata.get("namespace"), metadata["name"])))


def _elsewhere(step: Step, observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """Why something is a copy, and of which object."""
    kind, inputs = kind_of(step.type)[1], step.after
    if kind in (*WORKLOADS, *_JOBS):
        yield from _same_workload(inputs, WORKLOADS if kind in WORKLOADS else _JOBS, observation)
    elif kind in ROUTES:
        yield from same_host(kind, inputs, observation)
    elif kind in ("PersistentVolumeClaim", "PersistentVolume"):
        yield from _same_volume(kind, inputs, observation)
    elif kind == "Service":
        yield from _same_address(inputs, observation)
    elif kind == "Release":
        yield from _same_release(inputs, observation)
    elif kind == "Cluster":
        yield from _same_database(inputs, observation)


def _images(manifest: Mapping[str, Any]) -> list[str]:
    """The names of the images of a workload's containers, its main one first."""
    spec = block(manifest, "spec")
    for field in _POD.get(str(manifest.get("kind")), ("template", "spec")):
        spec = block(spec, field)
    return [name_of(str(each.get("image"))) for each in items(spec, "containers")]


def _same_workload(
    inputs: Mapping[str, Any], kinds: Sequence[str], observation: Observation
) -> Iterator[tuple[str, Manifest]]:
    """One of the same name that runs the same image: two databases of one image are not copies of each other."""
    name, images = block(inputs, "metadata").get("name"), set(_images(inputs))
    for each in (each for kind in kinds for each in observation.of(kind)):
        if each["metadata"]["name"] == name and not images.isdisjoint(_images(each)):
            yield "the same name and image", each


def _same_image(step: Step, observation: Observation) -> Manifest | None:
    """The only workload that runs the image of one that is made under another name; where several run it, it is made
    for that."""
    main = _images(step.after)[:1] if kind_of(step.type)[1] in WORKLOADS else []
    if not main or main[0].rpartition("/")[2] in _OF_EACH:
        return None
    running = [each for kind in WORKLOADS for each in observation.of(kind) if _images(each)[:1] == main]
    return running[0] if len(running) == 1 else None


def _same_database(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    name, image = block(inputs, "metadata").get("name"), block(inputs, "spec").get("imageName")
    for each in observation.of("Cluster"):
        is_cnpg = str(each["apiVersion"]).startswith(_CNPG) and str(inputs.get("apiVersion")).startswith(_CNPG)
        if is_cnpg and each["metadata"]["name"] == name and block(each, "spec").get("imageName") == image:
            yield "the same name and image", each


def _same_volume(kind: str, inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """Another claim of a volume, or another volume of what a CSI driver knows by one handle."""
    if volume := _volume(kind, inputs):
        yield from (
            (f"it has the volume {volume[0]}", each) for each in observation.of(kind) if _volume(kind, each) == volume
        )


def _volume(kind: str, manifest: Mapping[str, Any]) -> tuple[str, ...]:
    spec = block(manifest, "spec")
    source = block(spec, "csi")
    found = (
        (spec.get("volumeName"),)
        if kind == "PersistentVolumeClaim"
        else (source.get("volumeHandle"), source.get("driver"))
    )
    return tuple(map(str, found)) if all(found) else ()


def _asked(service: Mapping[str, Any]) -> set[str]:
    """The addresses that a Service asks a load balancer for."""
    annotations = block(block(service, "metadata"), "annotations")
    asked = [str(annotations[key]) for key in ADDRESSES if key in annotations]
    asked.append(str(block(service, "spec").get("loadBalancerIP") or ""))
    return {address.strip() for each in asked for address in each.split(",")} - {""}


def _same_address(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """A Service that has an address, or asks for it too."""
    annotations = block(block(inputs, "metadata"), "annotations")
    addresses = _asked(inputs)
    shared = {(key, annotations[key]) for key in SHARING if key in annotations}
    for each in observation.of("Service"):
        if shared & set(block(block(each, "metadata"), "annotations").items()):
            continue
        given = {str(item.get("ip")) for item in items(block(block(each, "status"), "loadBalancer"), "ingress")}
        if has := addresses & given:
            yield f"it has the address {', '.join(sorted(has))}", each
        elif asks := addresses & _asked(each):
            yield f"it asks for the address {', '.join(sorted(asks))}", each


def _is_installed(step: Step, observation: Observation) -> bool:
    """Whether Helm has a release of the name and namespace of one that is to be installed."""
    if step.type != TYPE:
        return False
    place = (step.after.get("namespace"), step.after.get("name"))
    return any((each.namespace, each.name) == place for each in _releases(observation))


def _releases(observation: Observation) -> tuple[HelmRelease, ...]:
    return read_releases(observation.of("Secret"))[0]


def _same_release(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """A chart that is installed elsewhere; one that is installed several times is made for that, and counts where the
    release is called the same. Without Helm's records, labels that charts put on workloads tell it."""
    chart, name = str(inputs.get("chart")).rpartition("/")[2], inputs.get("name")
    installed: dict[tuple[str, str], list[Manifest]] = {}
    for each in _releases(observation):
        if each.chart == chart:
            named = {"metadata": {"namespace": each.namespace, "name": each.name}, "kind": "Release"}
            installed[each.namespace, each.name] = [named]
    if not installed:
        installed = _labelled(chart, observation)
    for (_, release), found in installed.items():
        if len(installed) == 1 or release == name:
            yield from ((f"the chart {chart}", each) for each in found)


def _labelled(chart: str, observation: Observation) -> dict[tuple[str, str], list[Manifest]]:
    """Workloads with the label of a chart, by their namespace and release."""
    found: dict[tuple[str, str], list[Manifest]] = {}
    for each in (each for kind in WORKLOADS for each in observation.of(kind)):
        labels = block(block(each, "metadata"), "labels")
        label = labels.get("helm.sh/chart")
        if isinstance(label, str) and label.rpartition("-")[0] == chart:
            release = str(labels.get("app.kubernetes.io/instance", ""))
            found.setdefault((str(each["metadata"].get("namespace")), release), []).append(each)
    return found
