"""Fields that kubectl owned become the program's, and nothing else of an object changes."""

from typing import Any

from observation.objects import MANAGER
from operations.adopt.takeover.ownership import ownership_patch
from tests.operations.adopt.cluster.shed import live

STATED = {"f:spec": {"f:replicas": {}}}


def applied(manifest: dict[str, Any], fields: dict[str, Any] | None = None) -> dict[str, Any]:
    """The API server's answer to a dry run: every entry, and the program's."""
    entries = list(manifest["metadata"].get("managedFields", []))
    if fields is not None:
        entries.append({"manager": MANAGER, "operation": "Apply", "apiVersion": "apps/v1", "fieldsV1": fields})
    return {**manifest, "metadata": {**manifest["metadata"], "managedFields": entries}}


def managers(patch: list[dict[str, Any]] | None) -> list[tuple[str, str]]:
    assert patch is not None
    after = next(each["value"] for each in patch if each["path"] == "/metadata/managedFields")
    return [(each["manager"], each.get("subresource", "")) for each in after]


def test_the_entries_of_kubectl_go_and_all_others_stay() -> None:
    wiki = live("Deployment", "tools", "wiki-deployment")
    assert {each["manager"] for each in wiki["metadata"]["managedFields"]} == {
        "kubectl",
        "kubectl-client-side-apply",
        "kubectl-set",
        "kube-controller-manager",
    }
    patch = ownership_patch(wiki, applied(wiki, STATED))
    assert managers(patch) == [(MANAGER, ""), ("kube-controller-manager", "status")]


def test_the_entry_of_a_scaling_by_hand_goes_too() -> None:
    wiki = live("Deployment", "tools", "wiki-deployment")
    scaled = [each for each in wiki["metadata"]["managedFields"] if each.get("subresource") == "scale"]
    assert [each["manager"] for each in scaled] == ["kubectl"]
    assert ("kubectl", "scale") not in managers(ownership_patch(wiki, applied(wiki, STATED)))


def test_the_patch_holds_for_this_version_of_the_object_alone() -> None:
    wiki = live("Deployment", "tools", "wiki-deployment")
    patch = ownership_patch(wiki, applied(wiki, STATED))
    assert patch is not None
    assert patch[0] == {
        "op": "test",
        "path": "/metadata/resourceVersion",
        "value": wiki["metadata"]["resourceVersion"],
    }


def test_what_another_tool_owns_stays_its_own() -> None:
    disks = live("StorageClass", "", "disks")
    assert managers(ownership_patch(disks, applied(disks, {"f:provisioner": {}}))) == [
        (MANAGER, ""),
        ("HashiCorp", ""),
    ]


def test_the_entry_of_the_engine_under_another_name_goes_too() -> None:
    disks = live("StorageClass", "", "disks")
    (entry, *_) = disks["metadata"]["managedFields"]
    for name in ("pulumi-kubernetes-74e51ee4", "pulumi-kubernetes"):
        disks["metadata"]["managedFields"] = [{**entry, "manager": name}]
        assert managers(ownership_patch(disks, applied(disks, {"f:provisioner": {}}))) == [(MANAGER, "")]


def test_of_an_object_without_stated_fields_the_program_gets_what_kubectl_owned() -> None:
    claim = live("PersistentVolumeClaim", "tools", "wiki")
    before = claim["metadata"]["managedFields"]
    patch = ownership_patch(claim, applied(claim))
    assert managers(patch)[0] == (MANAGER, "")
    assert patch is not None
    own = patch[1]["value"][0]
    assert own["operation"] == "Apply"
    assert own["fieldsV1"] == next(
        each["fieldsV1"] for each in before if each["manager"] == "kubectl-client-side-apply"
    )


def test_a_second_run_changes_nothing() -> None:
    wiki = live("Deployment", "tools", "wiki-deployment")
    patch = ownership_patch(wiki, applied(wiki, STATED))
    assert patch is not None
    after = {**wiki, "metadata": {**wiki["metadata"], "managedFields": patch[1]["value"]}}
    assert ownership_patch(after, after) is None


def test_the_copy_of_a_secret_in_its_annotation_is_removed() -> None:
    photos = live("Secret", "photos", "photos")
    patch = ownership_patch(photos, applied(photos, {"f:data": {}}))
    assert patch is not None
    assert patch[-1] == {
        "op": "remove",
        "path": "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration",
    }


def test_the_annotation_of_anything_else_stays() -> None:
    wiki = live("Deployment", "tools", "wiki-deployment")
    patch = ownership_patch(wiki, applied(wiki, STATED))
    assert patch is not None
    assert [each["op"] for each in patch] == ["test", "replace"]
