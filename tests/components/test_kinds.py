"""Objects reach the engine exactly as they are planned."""

from collections.abc import Callable

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.kinds import PROTECTED, declare_manifest
from plan.model import Manifest
from tests.components import plans
from tests.recording.recorder import Recording, Resource, plain, record, revealed, secret_value

MANIFESTS = [
    plans.PRIORITY_CLASS,
    plans.STORAGE_CLASS,
    plans.POLICY,
    plans.CONFIG_MAP,
    plans.SECRET,
    plans.VOLUME,
    plans.DEPLOYMENT,
    plans.INGRESS_ROUTE,
    plans.RECOMMENDER,
    plans.DATABASE,
    plans.STATEFUL_SET,
]


def declared(*manifests: Manifest) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("test", kubeconfig="{}")
        for manifest in manifests:
            declare_manifest(manifest, pulumi.ResourceOptions(provider=provider))

    return record(program)


def only(recording: Recording) -> Resource:
    (resource,) = recording.objects
    return resource


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest["kind"])
def test_an_object_is_declared_as_it_is_planned(manifest: Manifest) -> None:
    resource = only(declared(manifest))
    assert revealed(resource.inputs) == plain(manifest)
    assert resource.type.removeprefix("kubernetes:core/").removeprefix("kubernetes:") == ":".join(
        (manifest["apiVersion"], manifest["kind"])
    )


def test_an_object_is_waited_for_as_long_as_its_controller_needs() -> None:
    assert only(declared(plans.DEPLOYMENT)).waits == ("630s", "630s")
    assert only(declared(plans.CONFIG_MAP)).waits == ("", "")


def test_an_object_is_known_by_its_namespace_and_name() -> None:
    assert only(declared(plans.CONFIG_MAP)).name == "4-aux-notes/notes"
    assert only(declared(plans.PRIORITY_CLASS)).name == "tier-4-aux"


def test_objects_of_one_name_in_different_namespaces_do_not_meet() -> None:
    elsewhere = plans.CONFIG_MAP | {"metadata": {"name": "notes", "namespace": "4-aux-other"}}
    assert len(declared(plans.CONFIG_MAP, elsewhere).objects) == 2


def test_the_content_of_a_secret_is_a_secret_of_the_stack() -> None:
    assert secret_value(only(declared(plans.SECRET)).inputs["stringData"]) == {"user_name": "notes"}


def test_what_holds_data_or_generated_rules_is_protected() -> None:
    recording = declared(*MANIFESTS, plans.manifest("v1", "Namespace", "4-aux-notes"))
    protected = {resource.inputs["kind"] for resource in recording.objects if resource.protect}
    assert protected == {"Namespace", "PersistentVolumeClaim", "GeneratingPolicy", "Cluster"}


def test_every_protected_kind_says_why() -> None:
    assert all(reason.startswith("deleting it") for reason in PROTECTED.values())


@pytest.mark.parametrize(
    "change",
    [lambda manifest: manifest | {"spek": {}}, lambda manifest: manifest | {"kind": "Deploymnet"}],
    ids=["field", "kind"],
)
def test_what_the_api_does_not_know_is_refused(change: Callable[[Manifest], Manifest]) -> None:
    with pytest.raises((TypeError, AttributeError), match=r"spek|Deploymnet"):
        declared(change(plans.DEPLOYMENT))
