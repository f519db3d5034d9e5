"""An observation of the cluster shows consequences of an `up` that no preview does."""

import base64
import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from config.lab import Lab
from observation import Observation
from observation.objects import MANAGER
from operations.guard import Judgement, judge
from operations.guard.reading.preview import read_preview
from operations.guard.reading.stack import read_stack
from tests.operations.guard.handmade import known, preview_of
from tests.plan.labs import lab_of
from tests.recordings import recording

Json = dict[str, Any]
LIBRARY = "Deployment/aux-library/library"
RESOURCES = {
    "Deployment": "deployments",
    "Service": "services",
    "HTTPRoute": "httproutes.gateway.networking.k8s.io",
    "Ingress": "ingresses.networking.k8s.io",
    "IngressRoute": "ingressroutes.traefik.io",
    "PersistentVolumeClaim": "persistentvolumeclaims",
}
FURTHER = {
    "PersistentVolume": "persistentvolumes",
    "Secret": "secrets",
    "CronJob": "cronjobs",
    "TLSRoute": "tlsroutes.gateway.networking.k8s.io",
    "GRPCRoute": "grpcroutes.gateway.networking.k8s.io",
    "Cluster": "clusters.postgresql.cnpg.io",
}


def observed(*objects: Json) -> Observation:
    """A cluster with these objects. Of further kinds, only those were read of which there are some."""
    resources: dict[str, tuple[Json, ...]] = dict.fromkeys(RESOURCES.values(), ())
    for each in objects:
        plural = (RESOURCES | FURTHER)[each["kind"]]
        resources[plural] = (*resources.get(plural, ()), each)
    return Observation("a test", datetime(2026, 11, 26, tzinfo=UTC), "stated", resources)


def live(target: str, *fields: tuple[str, Json], **metadata: Any) -> Json:
    """A planned object as it runs; `fields` are owned, by manager."""
    manifest = known()[target][2]
    managed = [{"manager": manager, "operation": "Update", "fieldsV1": owned} for manager, owned in fields]
    return manifest | {"metadata": manifest["metadata"] | {"managedFields": managed} | metadata}


def judged(observation: Observation, *steps: Json, lab: Lab | None = None) -> Judgement:
    preview = read_preview(json.dumps(preview_of({"steps": list(steps)})))
    return judge(preview, lab or lab_of("every_kind"), None, [], observation)


def names(judgement: Judgement) -> list[str]:
    return [each.name for each in judgement.consequences if each.effect not in ("UPDATE", "ROLLOUT")]


LABELLED: Json = {"op": "update", "object": LIBRARY, "set": {"metadata.labels[a]": "b"}}


def test_an_annotation_by_rollout_restart_is_named_with_the_pods_that_it_costs() -> None:
    runs = live(LIBRARY, ("kubectl-rollout", owned("template", "metadata", "annotations", RESTARTED)))
    runs["spec"] = runs["spec"] | {
        "template": runs["spec"]["template"] | {"metadata": {"annotations": {RESTARTED: "x"}}}
    }
    judgement = judged(observed(runs), LABELLED)
    (drop,) = (each for each in judgement.consequences if each.effect == "DROP")
    assert (drop.target, drop.severity) == (LIBRARY, "warning")
    assert drop.causes == (f"spec.template.metadata.annotations.{RESTARTED}",)
    assert "All its pods are replaced for that." in drop.message
    assert judgement.passes


RESTARTED = "kubectl.kubernetes.io/restartedAt"


def owned(*path: str) -> Json:
    """The set of fields with this one in it, below spec."""
    fields: Json = {}
    for name in reversed(("spec", *path)):
        fields = {f"f:{name}": fields}
    return fields


def test_a_value_that_kubectl_wrote_and_nobody_states_is_an_error() -> None:
    runs = live(LIBRARY, ("kubectl-edit", owned("minReadySeconds")))
    runs["spec"] = runs["spec"] | {"minReadySeconds": 30}
    assert names(judged(observed(runs), LABELLED)) == [f"DROP:{LIBRARY}"]


@pytest.mark.parametrize(
    ("manager", "field", "value"),
    [
        ("kubectl-edit", "replicas", 1),  # it is stated
        ("kubectl-client-side-apply", "progressDeadlineSeconds", 600),  # the cluster fills it in
        ("helm", "minReadySeconds", 30),  # the provider leaves other managers' fields alone
        ("kubectl-edit", "minReadySeconds", None),  # it is gone already
    ],
)
def test_what_stays_is_not_named(manager: str, field: str, value: object) -> None:
    runs = live(LIBRARY, (manager, owned(field)))
    runs["spec"] = runs["spec"] | ({field: value} if value is not None else {})
    assert names(judged(observed(runs), LABELLED)) == []


def test_fields_of_items_are_found_by_their_keys() -> None:
    container = {"f:containers": {'k:{"name":"library"}': {"f:env": {'k:{"name":"DEBUG"}': {".": {}, "f:value": {}}}}}}
    runs = live(LIBRARY, ("kubectl-set", {"f:spec": {"f:template": {"f:spec": container}}}))
    template = runs["spec"]["template"]
    changed = template["spec"]["containers"][0] | {"env": [{"name": "DEBUG", "value": "1"}]}
    runs["spec"] = runs["spec"] | {"template": template | {"spec": template["spec"] | {"containers": [changed]}}}
    (drop,) = (each for each in judged(observed(runs), LABELLED).consequences if each.effect == "DROP")
    assert (drop.causes, drop.severity) == (("spec.template.spec.containers.env.value",), "error")


@pytest.mark.parametrize("fields", [{"k:{": {}}, {"v:[": {}}, {"f:spec": 1}, {"": {}}, {"f:spec": {"k:1": {}}}, []])
def test_a_set_of_fields_that_is_none_is_overlooked(fields: Any) -> None:
    assert names(judged(observed(live(LIBRARY, ("kubectl", fields))), LABELLED)) == []


MADE: Json = {"op": "create", "object": LIBRARY}


def test_what_exists_is_not_made_again() -> None:
    judgement = judged(observed(live(LIBRARY)), MADE)
    assert names(judgement) == [f"FAIL:{LIBRARY}"]
    assert "already exists" in judgement.refused[0].message


def test_a_service_that_runs_elsewhere_is_a_second_copy() -> None:
    judgement = judged(observed(live(LIBRARY, namespace="books")), MADE)
    assert names(judgement) == [f"SECOND-COPY:{LIBRARY}"]
    assert "Deployment/books/library (the same name and image)" in judgement.refused[0].message


@pytest.mark.parametrize(("namespace", "stops"), [("aux-library", False), ("aux-other", True)])
def test_a_second_copy_that_its_service_gives_a_reason_for_is_told(namespace: str, stops: bool) -> None:
    lab = lab_of("every_kind")
    reason = "The guests have one of their own"
    library = lab.services["library"].model_copy(update={"second_copy": reason, "namespace": namespace})
    known_so = dataclasses.replace(lab, services={**lab.services, "library": library})
    judgement = judged(observed(live(LIBRARY, namespace="books")), MADE, lab=known_so)
    (copy,) = (each for each in judgement.consequences if each.effect == "SECOND-COPY")
    assert bool(judgement.refused) == stops
    assert (reason in copy.message, copy.severity) == ((False, "error") if stops else (True, "warning"))
    assert ("second_copy" in copy.fix) == stops


def archive(image: str, *named: str) -> list[Json]:
    """Services of an image that run under other names."""
    found = [live(LIBRARY, namespace="books", name=each) for each in named]
    return [each | {"spec": {"template": {"spec": {"containers": [{"image": image}]}}}} for each in found]


@pytest.mark.parametrize(
    ("image", "named", "is_copy"),
    [
        ("example.org/library:2", ["archive"], True),
        ("example.org/library:2", ["archive", "attic"], False),  # it is made to be run several times
        ("docker.io/library/postgres:17", ["archive"], False),  # many services have one of their own
    ],
)
def test_a_service_of_an_image_that_one_other_runs_is_a_copy(image: str, named: list[str], is_copy: bool) -> None:
    made = MADE | {"set": {"spec.template.spec.containers[0].image": image}}
    judgement = judged(observed(*archive(image, *named)), made)
    assert names(judgement) == ([f"SECOND-COPY:{LIBRARY}"] if is_copy else [])
    if is_copy:
        message = "Its image runs already, in Deployment/books/archive, and nowhere else."
        assert judgement.refused[0].message == message


def test_what_goes_in_the_same_up_is_no_copy() -> None:
    elsewhere = live(LIBRARY, namespace="books")
    gone: Json = {"op": "delete", "type": "kubernetes:apps/v1:Deployment", "name": "books/library", "inputs": elsewhere}
    assert names(judged(observed(elsewhere), gone, MADE)) == ["DELETE:Deployment/books/library"]


def test_a_host_name_that_is_answered_for_is_a_second_copy() -> None:
    door = "Ingress/core-door/door.every.example"
    runs = live(door, namespace="old", name="gate")
    assert names(judged(observed(runs), {"op": "create", "object": door})) == [f"SECOND-COPY:{door}"]


def test_a_volume_that_is_claimed_is_a_second_copy() -> None:
    claim = "PersistentVolumeClaim/aux-library/library-data"
    runs = live(claim, namespace="old")
    runs["spec"] = runs["spec"] | {"volumeName": "pv-1"}
    made: Json = {"op": "create", "object": claim, "set": {"spec.volumeName": "pv-1"}}
    assert names(judged(observed(runs), made)) == [f"SECOND-COPY:{claim}"]
    assert names(judged(observed(runs), {"op": "create", "object": claim})) == []


def test_an_address_that_is_taken_is_a_second_copy() -> None:
    door = "Service/core-door/door"
    runs = live(door, namespace="old", name="gate") | {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.5"}]}}}
    made: Json = {
        "op": "create",
        "object": door,
        "set": {"metadata.annotations[metallb.io/loadBalancerIPs]": "192.0.2.5"},
    }
    assert names(judged(observed(runs), made)) == [f"SECOND-COPY:{door}"]


def created(kind: str, inputs: Json) -> Json:
    metadata = inputs["metadata"]
    name = "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
    version = inputs["apiVersion"]
    return {"op": "create", "type": f"kubernetes:{version}:{kind}", "name": name, "inputs": inputs | {"kind": kind}}


COPIES: list[tuple[str, Json, bool]] = [
    ("PersistentVolume", {"csi": {"driver": "csi.proxmox.sinextra.dev", "volumeHandle": "a/vm-1-x"}}, True),
    ("PersistentVolume", {"csi": {"driver": "csi.proxmox.sinextra.dev", "volumeHandle": "a/vm-2-y"}}, False),
    ("TLSRoute", {"hostnames": ["db.every.example"]}, True),
    ("TLSRoute", {"hostnames": ["other.every.example"]}, False),
    ("GRPCRoute", {"hostnames": ["api.every.example"], "rules": [{"matches": [{"method": {"service": "a.B"}}]}]}, True),
    (
        "GRPCRoute",
        {"hostnames": ["api.every.example"], "rules": [{"matches": [{"method": {"service": "a.C"}}]}]},
        False,
    ),
    ("Service", {"type": "LoadBalancer", "loadBalancerIP": "192.0.2.9"}, True),
    ("Cluster", {"imageName": "ghcr.io/cloudnative-pg/postgresql:17.7"}, True),
    ("Cluster", {"imageName": "ghcr.io/cloudnative-pg/postgresql:18.1"}, False),
    ("CronJob", {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"image": "restic/restic"}]}}}}}, True),
]
RUNNING: list[Json] = [
    {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "old"},
        "spec": {"csi": {"driver": "csi.proxmox.sinextra.dev", "volumeHandle": "a/vm-1-x"}},
    },
    {
        "apiVersion": "gateway.networking.k8s.io/v1alpha2",
        "kind": "TLSRoute",
        "metadata": {"namespace": "old", "name": "db"},
        "spec": {"hostnames": ["db.every.example"]},
    },
    {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GRPCRoute",
        "metadata": {"namespace": "old", "name": "api"},
        "spec": {"hostnames": ["api.every.example"], "rules": [{"matches": [{"method": {"service": "a.B"}}]}]},
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "old", "name": "dns", "annotations": {"metallb.io/loadBalancerIPs": "192.0.2.9"}},
        "spec": {"type": "LoadBalancer"},
    },
    {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"namespace": "old", "name": "new"},
        "spec": {"imageName": "ghcr.io/cloudnative-pg/postgresql:17.7"},
    },
    {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"namespace": "old", "name": "new"},
        "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"image": "restic/restic:1"}]}}}}},
    },
]


@pytest.mark.parametrize(("kind", "spec", "is_copy"), COPIES)
def test_volumes_routes_addresses_databases_and_jobs_are_made_once(kind: str, spec: Json, is_copy: bool) -> None:
    version = next(each["apiVersion"] for each in RUNNING if each["kind"] == kind)
    namespace = {} if kind == "PersistentVolume" else {"namespace": "fresh"}
    made = {"apiVersion": version, "metadata": {**namespace, "name": "new"}, "spec": spec}
    target = "/".join((kind, *namespace.values(), "new"))
    found = names(judged(observed(*RUNNING), created(kind, made)))
    assert found == ([f"SECOND-COPY:{target}"] if is_copy else [])


def record(namespace: str, name: str, chart: str) -> Json:
    """Helm's record of a release."""
    stored = {
        "name": name,
        "namespace": namespace,
        "version": 1,
        "info": {"status": "deployed"},
        "chart": {"metadata": {"name": chart, "version": "1.2.3"}},
    }
    packed = base64.b64encode(base64.b64encode(json.dumps(stored).encode())).decode()
    metadata = {"namespace": namespace, "name": f"sh.helm.release.v1.{name}.v1"}
    return {"kind": "Secret", "type": "helm.sh/release.v1", "metadata": metadata, "data": {"release": packed}}


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ([("ingress", "edge", "traefik")], "SECOND-COPY"),
        ([("ingress", "edge", "haproxy")], ""),
        ([("a", "one", "traefik"), ("b", "two", "traefik")], ""),
        ([("core-traefik", "traefik", "traefik")], "FAIL"),
    ],
)
def test_a_release_that_helm_knows_is_not_installed_again(records: list[tuple[str, str, str]], found: str) -> None:
    judgement = judged(observed(*(record(*each) for each in records)), {"op": "create", "chart": "traefik"})
    assert names(judgement) == ([f"{found}:Release/core-traefik/traefik"] if found else [])


def test_a_chart_that_is_installed_elsewhere_is_a_second_copy() -> None:
    runs = live(LIBRARY, namespace="ingress", name="traefik", labels={"helm.sh/chart": "traefik-40.2.0"})
    assert names(judged(observed(runs), {"op": "create", "chart": "traefik"})) == [
        "SECOND-COPY:Release/core-traefik/traefik"
    ]


def routed(kind: str, path: str, **metadata: Any) -> Json:
    """A route of books.example.org."""
    named = {"metadata": {"namespace": "old", "name": "gate", **metadata}, "kind": kind}
    if kind == "Ingress":
        paths = [{"path": path, "pathType": "Prefix"}]
        return named | {"spec": {"rules": [{"host": "books.example.org", "http": {"paths": paths}}]}}
    if kind == "HTTPRoute":
        matches = [{"path": {"type": "PathPrefix", "value": path}}] if path != "/" else []
        return named | {"spec": {"hostnames": ["books.example.org"], "rules": [{"matches": matches}]}}
    where = f" && PathPrefix(`{path}`)" if path != "/" else ""
    return named | {"spec": {"routes": [{"match": f"(Host(`a.example.org`) || Host(`books.example.org`)){where}"}]}}


def route_made(kind: str, path: str) -> Json:
    group = {"Ingress": "networking.k8s.io/v1", "HTTPRoute": "gateway.networking.k8s.io/v1"}.get(
        kind, "traefik.io/v1alpha1"
    )
    inputs = routed(kind, path, namespace="new")
    return {"op": "create", "type": f"kubernetes:{group}:{kind}", "name": "new/gate", "inputs": inputs}


@pytest.mark.parametrize("runs", ["Ingress", "IngressRoute", "HTTPRoute"])
@pytest.mark.parametrize("made", ["Ingress", "IngressRoute", "HTTPRoute"])
@pytest.mark.parametrize(("path", "is_copy"), [("/", True), ("/api", False)])
def test_routes_of_every_kind_are_compared_by_host_and_path(runs: str, made: str, path: str, is_copy: bool) -> None:
    found = names(judged(observed(routed(runs, "/")), route_made(made, path)))
    assert found == ([f"SECOND-COPY:{made}/new/gate"] if is_copy else [])


def test_what_the_program_has_taken_over_was_not_forgotten() -> None:
    runs = live(LIBRARY, (MANAGER, {}), namespace="books")
    assert names(judged(observed(runs), MADE)) == []


def test_what_the_stack_holds_was_not_forgotten() -> None:
    runs = live(LIBRARY, namespace="books")
    kind = "kubernetes:apps/v1:Deployment"
    held = {"urn": f"urn:pulumi:lab::homelab::{kind}::books/library", "type": kind, "inputs": runs}
    stack = read_stack(json.dumps({"deployment": {"resources": [held]}}))
    preview = read_preview(json.dumps(preview_of({"steps": [MADE]})))
    assert names(judge(preview, lab_of("every_kind"), stack, [], observed(runs))) == []


@pytest.mark.parametrize(("key", "is_copy"), [("dns", False), ("mail", True)])
def test_an_address_that_both_share_is_no_copy(key: str, is_copy: bool) -> None:
    door = "Service/core-door/door"
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.5"}]}}
    runs = live(door, namespace="old", name="gate", annotations={"lbipam.cilium.io/sharing-key": "dns"}) | {
        "status": status
    }
    asked = {"metadata.annotations[lbipam.cilium.io/ips]": "192.0.2.5"}
    made: Json = {
        "op": "create",
        "object": door,
        "set": {**asked, "metadata.annotations[lbipam.cilium.io/sharing-key]": key},
    }
    assert names(judged(observed(runs), made)) == ([f"SECOND-COPY:{door}"] if is_copy else [])


@pytest.mark.parametrize(("others", "is_copy"), [(["app-a", "app-b"], False), (["app-a", "traefik"], True)])
def test_a_chart_for_many_services_is_a_copy_where_the_release_is_called_the_same(
    others: list[str], is_copy: bool
) -> None:
    runs = [
        live(
            LIBRARY,
            namespace=each,
            name=each,
            labels={"helm.sh/chart": "traefik-1.2.3", "app.kubernetes.io/instance": each},
        )
        for each in others
    ]
    found = names(judged(observed(*runs), {"op": "create", "chart": "traefik"}))
    assert found == (["SECOND-COPY:Release/core-traefik/traefik"] if is_copy else [])


def test_changes_by_hand_are_seen_though_the_preview_shows_none() -> None:
    preview = read_preview(recording("preview-edited-by-hand.json"))
    stack = read_stack(recording("stack-settled.json"))
    kept = {each.urn: each.inputs for each in stack.resources.values()}
    deployments = [dict(each) for each in kept.values() if each.get("kind") == "Deployment"]
    feeds = next(each for each in deployments if each["metadata"]["name"] == "freshrss")
    feeds["spec"] = feeds["spec"] | {"replicas": 0}
    judgement = judge(preview, lab_of("small"), stack, [], observed(*deployments))
    drift = {each.target: each for each in judgement.consequences if each.effect == "DRIFT"}
    assert drift["Deployment/hobby-freshrss/freshrss"].causes == ("spec.replicas 1 -> 0",)
    assert "somebody deleted it" in drift["Service/hobby-freshrss/freshrss"].message
    assert "Deployment/home-vaultwarden/vaultwarden" not in drift
    assert judgement.passes


def test_without_an_observation_it_is_said_what_nobody_was_asked() -> None:
    preview = read_preview(recording("preview-image-changed.json"))
    unasked = {each.question: each.objects for each in judge(preview, lab_of("small")).unasked}
    assert unasked == {"pending": 0, "unchanged": 58, "fields of kubectl": 1}


def test_a_kind_that_was_not_observed_is_said() -> None:
    changed: Json = {
        "op": "update",
        "object": "CronJob/core-databases/mysql-backup",
        "set": {"spec.schedule": "1 1 * * *"},
    }
    assert ("kinds", 1) in [(each.question, each.objects) for each in judged(observed(), changed).unasked]
