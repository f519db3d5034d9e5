"""The old tools let go of exactly these objects, and who still writes is named."""

import json
import os
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from observation.objects import MANAGER
from operations.adopt.cluster.flux import PRUNE
from operations.adopt.cluster.hand_over import hand_over
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import OfRelease
from operations.adopt.cluster.world import World, read_world
from plan.model import Manifest
from tests.operations.adopt.cluster.shed import objects

WIKI = Key("Deployment", "tools", "wiki-deployment")
DISKS = Key("StorageClass", "", "disks")


def resource(address: str, mode: str = "managed", **values: Any) -> dict[str, Any]:
    """A resource as `terraform show -json` has it."""
    kind = next(part for part in address.split(".") if "_" in part)
    return {"address": address, "mode": mode, "type": kind, "name": "x", "values": values}


def changed(key: Key, **metadata: Any) -> World:
    """The cluster, with other metadata of one object."""
    manifests = deepcopy(objects())
    for each in manifests:
        if (each["kind"], each["metadata"]["name"]) == (key.kind, key.name):
            each["metadata"] |= metadata
    return read_world(manifests)


def test_terraform_forgets_the_object_by_its_id() -> None:
    steps = hand_over(read_world(objects()), [DISKS, WIKI]).steps
    assert [each.tool for each in steps] == ["Terraform", "Terraform"]
    assert '["storageclass","","disks"]' in steps[0].command
    assert "wiki-deployment" not in steps[0].command, "kubectl wrote it"
    assert steps[1].command.endswith("terraform state rm")


STATE = {
    "values": {
        "root_module": {
            "resources": [
                resource("kubernetes_storage_class_v1.disks", metadata=[{"name": "disks"}], id="disks"),
                resource("kubernetes_secret_v1.disks", metadata=[{"name": "disks", "namespace": "tools"}]),
                resource("data.kubernetes_storage_class_v1.disks", metadata=[{"name": "disks"}], mode="data"),
                resource(
                    'kubernetes_manifest.pages["a b"]',
                    manifest={"kind": "Deployment", "metadata": {"name": "wiki-deployment", "namespace": "tools"}},
                ),
                resource("helm_release.wiki", name="wiki", namespace="tools", manifest="{}"),
            ],
            "child_modules": [
                {
                    "resources": [
                        resource("module.a.kubectl_manifest.x", kind="Service", name="wiki", namespace="tools"),
                        resource("module.a.kubectl_manifest.y", kind="Service", name="wiki", namespace="other"),
                        resource("module.a.kubernetes_cron_job_v1.z", metadata=[{"name": "z", "namespace": "default"}]),
                    ]
                }
            ],
        }
    }
}


def test_terraform_forgets_what_the_lab_declares_and_nothing_else(tmp_path: Path) -> None:
    """The command as it is printed, with a Terraform that shows this state."""
    if not shutil.which("jq"):
        pytest.skip("not run: no jq")
    (tmp_path / "state.json").write_text(json.dumps(STATE), encoding="utf-8")
    terraform = tmp_path / "terraform"
    terraform.write_text(
        f'#!/bin/sh\n[ "$1" = show ] && exec cat {tmp_path}/state.json\nfor each; do echo "$each"; done\n',
        encoding="utf-8",
    )
    terraform.chmod(0o755)
    owned = [entry(MANAGER, "2026-11-26T09:00:00Z")]
    manifests = deepcopy(objects())
    for each in manifests:
        each["metadata"]["managedFields"] = owned
    world = read_world(manifests)
    wiki = Key("Service", "tools", "wiki")
    steps = hand_over(
        world._replace(manifests={**world.manifests, wiki: world.manifests[WIKI]}), [DISKS, WIKI, wiki]
    ).steps
    assert [each.purpose.partition(":")[0] for each in steps] == [
        "only where Terraform has made some of them, which is not seen any more"
    ] * 2
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", steps[1].command], env={"PATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        *("state", "rm", 'kubernetes_manifest.pages["a b"]', "kubernetes_storage_class_v1.disks"),
        "module.a.kubectl_manifest.x",
    ]


def test_helm_forgets_a_release_whose_objects_are_declared_alone() -> None:
    marks = {"meta.helm.sh/release-name": "metrics", "meta.helm.sh/release-namespace": "monitoring"}
    world = changed(WIKI, annotations=marks)
    assert ("monitoring", "metrics") in {(each.namespace, each.name) for each in world.releases.values()}
    (step,) = hand_over(world, [WIKI]).steps
    assert (step.tool, step.command) == (
        "Helm",
        "kubectl --namespace monitoring delete secret --selector owner=helm,name=metrics",
    )
    assert hand_over(world, [WIKI], [OfRelease("monitoring", "metrics")]).steps == ()


def test_argo_cd_stops_before_it_forgets() -> None:
    tracked = {"argocd.argoproj.io/tracking-id": "wiki:apps/Deployment:tools/wiki-deployment"}
    steps = hand_over(changed(WIKI, annotations=tracked), [WIKI]).steps
    assert [each.command for each in steps] == [
        "argocd app set wiki --sync-policy none",
        "argocd app delete wiki --cascade=false --yes",
    ]


def test_flux_is_suspended_and_prunes_nothing() -> None:
    labels = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
    steps = hand_over(changed(WIKI, labels=labels), [WIKI]).steps
    assert [each.command for each in steps] == [
        "flux suspend kustomization apps --namespace flux-system",
        f"kubectl annotate --field-manager hand-over deployment wiki-deployment --namespace tools {PRUNE}",
    ]


def test_whatever_makes_an_application_of_argo_cd_stops_first() -> None:
    tracked = {"argocd.argoproj.io/tracking-id": "wiki:apps/Deployment:tools/wiki-deployment"}
    owners = [{"kind": "ApplicationSet", "name": "all"}]
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": "wiki",
            "namespace": "argocd",
            "annotations": {"argocd.argoproj.io/tracking-id": "root:argoproj.io/Application:argocd/wiki"},
            "ownerReferences": owners,
        },
    }
    manifests = changed(WIKI, annotations=tracked).manifests
    steps = hand_over(read_world([*manifests.values(), application]), [WIKI]).steps
    assert [each.command for each in steps] == [
        "argocd app set root --sync-policy none",
        "kubectl --namespace argocd delete applicationset all --cascade=orphan",
        "argocd app set wiki --sync-policy none",
        "argocd app delete wiki --cascade=false --yes",
    ]


def test_an_application_set_of_many_is_deleted_once_and_nothing_makes_it_again() -> None:
    tracked = {"argocd.argoproj.io/tracking-id": "wiki:apps/Deployment:tools/wiki-deployment"}
    rooted = {"argocd.argoproj.io/tracking-id": "root:argoproj.io/ApplicationSet:argocd/all"}
    owners = [{"kind": "ApplicationSet", "name": "all"}]
    of_disks = {"argocd.argoproj.io/tracking-id": "disks:storage.k8s.io/StorageClass:/disks"}
    manifests = deepcopy([*changed(WIKI, annotations=tracked).manifests.values()])
    for each in manifests:
        if (each["kind"], each["metadata"]["name"]) == ("StorageClass", "disks"):
            each["metadata"]["annotations"] = of_disks
    manifests += [argo("Application", name, ownerReferences=owners) for name in ("wiki", "disks")]
    manifests += [argo("ApplicationSet", "all", annotations=rooted), argo("Application", "root")]
    assert [
        each.command for each in hand_over(read_world(manifests), [WIKI, DISKS]).steps if each.tool == "Argo CD"
    ] == [
        "argocd app set root --sync-policy none",
        "kubectl --namespace argocd delete applicationset all --cascade=orphan",
        "argocd app set wiki --sync-policy none",
        "argocd app set disks --sync-policy none",
        "argocd app delete wiki --cascade=false --yes",
        "argocd app delete disks --cascade=false --yes",
    ]


def argo(kind: str, name: str, **metadata: Any) -> Manifest:
    named = {"name": name, "namespace": "argocd", **metadata}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": named}


def test_a_release_of_flux_is_suspended_with_whatever_applies_it() -> None:
    def marked(name: str) -> dict[str, str]:
        return {"kustomize.toolkit.fluxcd.io/name": name, "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}

    helm_release = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "films", "namespace": "media", "labels": marked("apps")},
        "spec": {"targetNamespace": "tv"},
    }
    of_films = "helmrelease.helm.toolkit.fluxcd.io"
    found = hand_over(read_world([helm_release]), [], [OfRelease("tv", "tv-films")])
    assert [each.command for each in found.steps] == [
        "flux suspend kustomization apps --namespace flux-system",
        "flux suspend helmrelease films --namespace media",
        f"kubectl annotate --field-manager hand-over {of_films} films --namespace media {PRUNE}",
    ]


def entry(manager: str, time: str) -> dict[str, Any]:
    return {"manager": manager, "operation": "Apply", "time": time, "fieldsV1": {}}


def test_a_tool_that_wrote_after_the_take_over_is_named() -> None:
    owners = [
        entry(MANAGER, "2026-11-26T09:00:00Z"),
        entry("argocd-controller", "2026-11-26T09:05:00Z"),
        entry("HashiCorp", "2026-11-26T08:00:00Z"),
        entry("kube-controller-manager", "2026-11-26T09:10:00Z"),
    ]
    found = hand_over(changed(WIKI, managedFields=owners), [WIKI])
    assert [(each.key, each.manager) for each in found.still_writing] == [(WIKI, "argocd-controller")]
    assert found.taken_over == 1


def test_before_the_take_over_nobody_is_late() -> None:
    found = hand_over(read_world(objects()), [WIKI])
    assert (found.still_writing, found.taken_over) == ((), 0)


def test_secrets_that_the_objects_use_are_kept_too() -> None:
    labels = {"kustomize.toolkit.fluxcd.io/name": "apps"}
    manifests = deepcopy(objects())
    world = read_world(manifests)
    used = {other: key for key, named in world.references.items() for other in named if other.kind == "Secret"}
    secret = next(key for key in used if world.is_own(key))
    for each in manifests:
        if (each["kind"], each["metadata"]["name"]) == ("Secret", secret.name):
            each["metadata"]["labels"] = labels
    commands = [each.command for each in hand_over(read_world(manifests), [used[secret]]).steps]
    assert any(f"secret {secret.name} --namespace {secret.namespace} {PRUNE}" in each for each in commands)
