"""Charts and files that k3s applies: its own are left out, those of the owner come under the program."""

import base64
import gzip
import json
from typing import Any

import pytest

from operations.adopt.cluster.hand_over import hand_over
from operations.adopt.cluster.k3s import repository_of
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import LeftOut, OfRelease, Own
from operations.adopt.cluster.repositories import stated_repositories
from operations.adopt.cluster.services import find_services
from operations.adopt.cluster.world import World, read_world
from plan.model import Manifest
from plan.model.fields import text

CHARTS = "helm.cattle.io"


def written(kind: str, name: str, manager: str, *, version: str = "v1", **more: Any) -> Manifest:
    metadata = {"name": name, "namespace": more.pop("namespace", "kube-system"), **more.pop("metadata", {})}
    metadata["managedFields"] = [{"manager": manager, "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": {}}]
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def made_by(addon: str) -> dict[str, Any]:
    """Marks of an object of a file in the folder of the server."""
    return {
        "labels": {"objectset.rio.cattle.io/hash": "5f2b"},
        "annotations": {
            "objectset.rio.cattle.io/owner-gvk": "k3s.cattle.io/v1, Kind=Addon",
            "objectset.rio.cattle.io/owner-name": addon,
        },
    }


def chart(name: str, manager: str, target: str, **more: Any) -> Manifest:
    spec = {"repo": "https://charts.example", "chart": name, "targetNamespace": target}
    return written("HelmChart", name, manager, version=f"{CHARTS}/v1", spec=spec, **more)


def record(name: str, namespace: str) -> Manifest:
    release = {
        "name": name,
        "namespace": namespace,
        "version": 1,
        "info": {"status": "deployed"},
        "chart": {"metadata": {"name": name, "version": "1.2.3"}},
        "manifest": f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n",
    }
    data = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(release).encode()))).decode()
    secret = written("Secret", f"sh.helm.release.v1.{name}.v1", "helm", namespace=namespace, data={"release": data})
    return {**secret, "type": "helm.sh/release.v1"}


def deployment(name: str, namespace: str, manager: str = "helm", **more: Any) -> Manifest:
    pod = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": name, "image": "example.com/a:1"}]}}
    spec = {"selector": {"matchLabels": {"app": name}}, "template": pod}
    return written("Deployment", name, manager, version="apps/v1", namespace=namespace, spec=spec, **more)


@pytest.fixture(scope="module")
def world() -> World:
    addon = {"source": "/var/lib/rancher/k3s/server/manifests/my plex.yaml"}
    return read_world(
        [
            chart("traefik", "deploy@pi", "kube-system", metadata=made_by("traefik")),
            chart("plex", "deploy@pi", "media", metadata=made_by("plex")),
            chart("grafana", "kubectl-client-side-apply", "monitoring"),
            *(record(name, place) for name, place in (("traefik", "kube-system"), ("plex", "media"))),
            record("grafana", "monitoring"),
            *(deployment(name, place) for name, place in (("traefik", "kube-system"), ("plex", "media"))),
            deployment("grafana", "monitoring"),
            deployment("coredns", "kube-system", "deploy@pi", metadata=made_by("coredns")),
            deployment("names", "home", "deploy@pi", metadata=made_by("plex")),
            written("Addon", "plex", "k3s", version="k3s.cattle.io/v1", spec=addon),
        ]
    )


def test_charts_and_files_of_k3s_itself_are_left_out(world: World) -> None:
    for key in (
        Key("HelmChart", "kube-system", "traefik", CHARTS),
        Key("Deployment", "kube-system", "traefik"),
        Key("Deployment", "kube-system", "coredns"),
        Key("Addon", "kube-system", "plex", "k3s.cattle.io"),
    ):
        origin = world.origins[key]
        assert isinstance(origin, LeftOut)
        assert origin.why == "system"


def test_charts_and_files_of_the_owner_become_services(world: World) -> None:
    assert world.origins[Key("Deployment", "media", "plex")] == OfRelease("media", "plex")
    assert world.origins[Key("HelmChart", "kube-system", "plex", CHARTS)] == LeftOut("other-tool", "k3s")
    assert world.origins[Key("Deployment", "home", "names")] == Own(("k3s",))
    assert {each.name for each in find_services(world).services} == {"plex", "grafana", "home"}


def test_a_chart_that_was_never_installed_is_declared() -> None:
    alone = read_world([chart("grafana", "kubectl-client-side-apply", "monitoring")])
    assert isinstance(alone.origins[Key("HelmChart", "kube-system", "grafana", CHARTS)], Own)


@pytest.mark.parametrize(
    ("spec", "repository"),
    [
        ({"repo": "https://charts.example", "chart": "plex"}, "https://charts.example"),
        ({"chart": "oci://registry.example/charts/plex"}, "oci://registry.example/charts"),
        ({"chart": "https://%{KUBERNETES_API}%/static/charts/traefik.tgz"}, None),
    ],
)
def test_a_chart_says_its_repository(spec: dict[str, str], repository: str | None) -> None:
    stated = written("HelmChart", "plex", "kubectl", version=f"{CHARTS}/v1", spec=spec)
    assert repository_of(stated) == repository
    assert stated_repositories([stated]).get(Key("Release", "kube-system", "plex")) == repository


def test_files_are_skipped_before_charts_are_released(world: World) -> None:
    keys = [key for key, each in world.manifests.items() if text(each, "metadata", "name") == "names"]
    steps = hand_over(world, keys, [OfRelease("media", "plex"), OfRelease("monitoring", "grafana")]).steps
    annotate = "kubectl --namespace kube-system annotate --field-manager hand-over helmchart"
    assert [each.command for each in steps if each.tool == "k3s"] == [
        "touch '/var/lib/rancher/k3s/server/manifests/my plex.yaml.skip'",
        f"{annotate} plex helmcharts.helm.cattle.io/unmanaged=true",
        f"{annotate} grafana helmcharts.helm.cattle.io/unmanaged=true",
    ]
