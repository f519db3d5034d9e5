"""Volumes of running pods in the keys of the format."""

from typing import Any

import pytest

from operations.adopt.app.claims import claim_keys
from operations.adopt.app.volumes import Declared, mounted, volume_order
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.stated import as_stated


def pod(*volumes: dict[str, Any], mounts: list[str] | None = None) -> dict[str, Any]:
    """A pod whose container mounts its volumes in their order, or as named."""
    names = [each["name"] for each in volumes] if mounts is None else mounts
    container = {"name": "main", "volumeMounts": [{"name": name, "mountPath": f"/{name}"} for name in names]}
    return {"volumes": list(volumes), "containers": [container]}


def claim(name: str) -> dict[str, Any]:
    return {"name": name, "persistentVolumeClaim": {"claimName": f"web-{name}"}}


MODES = {"longhorn": "ReadWriteOnce"}
"""Of the lab's storage classes."""
NODE = {"name": "node", "hostPath": {"path": "/srv"}}
NEEDS_MORE = {"name": "token", "iscsi": {"targetPortal": "10.0.20.2", "iqn": "iqn.2000-01.example:disk", "lun": 0}}


def test_claims_of_the_service_are_its_volumes_and_others_are_named() -> None:
    found = mounted(pod(claim("data"), claim("other")), {}, {"web-data": {"size": "1Gi"}}, {}, MODES, "web")
    assert found.volumes == {"data": Declared("volumes", {"size": "1Gi"}), "other": Declared("claims", "web-other")}
    assert found.mounts == {"main": {"data": "/data", "other": "/other"}}


def test_a_claim_that_a_pod_may_only_read_is_named_so() -> None:
    films = {"name": "films", "persistentVolumeClaim": {"claimName": "films", "readOnly": True}}
    found = mounted(pod(films), {}, {"films": {"size": "1Gi"}}, {}, MODES, "web")
    assert found.volumes == {"films": Declared("claims", {"claim": "films", "read_only": True})}


def test_volumes_are_said_up_to_the_first_that_has_no_key() -> None:
    assert list(mounted(pod(NODE, NEEDS_MORE, claim("data")), {}, {}, {}, MODES, "web").volumes) == ["node"]


def test_volumes_in_another_order_than_the_program_writes_them_are_said_with_their_order() -> None:
    runs = pod(NODE, claim("data"))
    said = mounted(runs, {}, {"web-data": {}}, {}, MODES, "web")
    assert said.volumes["data"].key == "volumes"
    assert volume_order(runs, said, said.volumes) == ["node", "data"]
    usual = pod(claim("data"), NODE)
    assert volume_order(usual, said, mounted(usual, {}, {"web-data": {}}, {}, MODES, "web").volumes) == []


@pytest.mark.parametrize(
    ("volume", "key", "meaning"),
    [
        ({"secret": {"secretName": "tls"}}, "secret_volumes", "tls"),
        (
            {"secret": {"secretName": "tls", "defaultMode": 0o400, "items": [{"key": "tls.crt", "path": "crt"}]}},
            "secret_volumes",
            {"name": "tls", "items": {"tls.crt": "crt"}, "mode": "0400"},
        ),
        ({"configMap": {"name": "conf", "optional": True}}, "config_maps", {"name": "conf", "optional": True}),
        (
            {"hostPath": {"path": "/dev/dri", "type": "Directory"}},
            "host_paths",
            {"path": "/dev/dri", "type": "Directory"},
        ),
        (
            {"projected": {"sources": [{"secret": {"name": "a"}}, {"serviceAccountToken": {"path": "token"}}]}},
            "projections",
            {"sources": [{"secret": "a"}, {"token": {"path": "token"}}]},
        ),
        (
            {
                "downwardAPI": {
                    "items": [
                        {"path": "labels", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels"}},
                        {"path": "mem", "resourceFieldRef": {"containerName": "main", "resource": "limits.memory"}},
                    ]
                }
            },
            "projections",
            {"fields": {"labels": "metadata.labels", "mem": {"field": "limits.memory", "container": "main"}}},
        ),
        (
            {"csi": {"driver": "secrets-store.csi.k8s.io", "volumeAttributes": {"a": "b"}, "readOnly": True}},
            "inline_csi",
            {"driver": "secrets-store.csi.k8s.io", "attributes": {"a": "b"}, "read_only": True},
        ),
        (
            {
                "ephemeral": {
                    "volumeClaimTemplate": {
                        "metadata": {"labels": {"type": "scratch"}},
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "storageClassName": "longhorn",
                            "resources": {"requests": {"storage": "20Gi"}},
                        },
                    }
                }
            },
            "scratch",
            {"storage_class": "longhorn", "size": "20Gi", "labels": {"type": "scratch"}},
        ),
    ],
)
def test_folders_are_said_with_their_files_and_rights(volume: dict[str, Any], key: str, meaning: object) -> None:
    assert mounted(pod({"name": "it", **volume}), {}, {}, {}, MODES, "web").volumes == {"it": Declared(key, meaning)}


@pytest.mark.parametrize(
    "volume",
    [
        {"secret": {"secretName": "tls", "items": [{"key": "a", "path": "a", "mode": 256}]}},
        {"projected": {"sources": [{"clusterTrustBundle": {"path": "ca", "name": "ca"}}]}},
        {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}, "mode": 256}]}},
        {"ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "x"}}}},
    ],
)
def test_folders_with_more_than_the_format_says_are_left_to_a_patch(volume: dict[str, Any]) -> None:
    assert mounted(pod({"name": "it", **volume}), {}, {}, {}, MODES, "web").volumes == {}


@pytest.mark.parametrize("propagation", ["HostToContainer", "Bidirectional"])
def test_mounts_say_who_sees_what_is_mounted_later(propagation: str) -> None:
    runs = pod(NODE)
    runs["containers"][0]["volumeMounts"][0]["mountPropagation"] = propagation
    assert mounted(runs, {}, {}, {}, MODES, "web").mounts == {
        "main": {"node": {"path": "/node", "propagation": propagation}}
    }


def test_a_volume_that_nothing_mounts_ends_what_is_said() -> None:
    assert (
        list(mounted(pod(claim("data"), NODE, mounts=["node"]), {}, {"web-data": {}}, {}, MODES, "web").volumes) == []
    )


def test_volumes_of_one_name_that_are_different_have_different_keys() -> None:
    said = {"data": Declared("volumes", {"size": "1Gi"})}
    same = mounted(pod(claim("data")), {}, {"web-data": {"size": "1Gi"}}, said, MODES, "web")
    assert (same.volumes, same.names) == (said, {})
    runs = pod(NODE, claim("data"))
    other = mounted(runs, {}, {"web-data": {"size": "2Gi"}}, said, MODES, "web")
    assert other.volumes["web-data"] == Declared("volumes", {"size": "2Gi"})
    assert other.names == {"web-data": "data"}
    assert other.mounts["main"]["web-data"] == "/data"
    assert volume_order(runs, other, other.volumes) == ["node", "web-data"]
    template = mounted(pod(mounts=["data"]), {"data": Declared("volumes", {"size": "3Gi"})}, {}, said, MODES, "db")
    assert (template.volumes.keys(), template.names) == ({"db-data"}, {"db-data": "data"})


def test_a_claim_of_a_class_that_the_lab_does_not_have_stays_an_object() -> None:
    spec: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    stated = {Key("PersistentVolumeClaim", "home", "a"): {"spec": {**spec, "storageClassName": "fast"}}}
    assert claim_keys(stated, {}) == {}
    assert claim_keys(stated, {"fast": "ReadWriteOnce"})["a"].meaning == {
        "storage_class": "fast",
        "size": "1Gi",
        "claim": "a",
    }


def test_a_share_is_said_with_its_claim() -> None:
    size = {"storage": "1Ti"}
    key = Key("PersistentVolumeClaim", "home", "films")
    volume = Key("PersistentVolume", "", "nas")
    bound = {"storageClassName": "", "volumeName": "nas"}
    claim_of = {"spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": size}, **bound}}
    share = {
        "spec": {
            "capacity": size,
            "accessModes": ["ReadWriteMany"],
            "nfs": {"server": "nas.example", "path": "/films"},
            "claimRef": {"namespace": "home", "name": "films"},
        }
    }
    said = claim_keys({key: claim_of, volume: share}, {})["films"]
    assert said.objects == {key, volume}
    assert said.meaning["share"] == {"server": "nas.example", "path": "/films"}
    alone = claim_keys({key: claim_of}, {})["films"]
    assert alone.meaning == {"size": "1Ti", "claim": "films", "volume": "nas"}


def test_a_volume_of_a_csi_driver_is_said_with_its_claim() -> None:
    size = {"storage": "1Ti"}
    key, volume = Key("PersistentVolumeClaim", "home", "films"), Key("PersistentVolume", "", "nas")
    bound = {"storageClassName": "", "volumeName": "nas"}
    claim_of = {"spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": size}, **bound}}
    source = {
        "driver": "smb.csi.k8s.io",
        "volumeHandle": "films",
        "volumeAttributes": {"source": "//nas/films"},
        "nodeStageSecretRef": {"name": "nas", "namespace": "home"},
    }
    on_nas: dict[str, Any] = {
        "spec": {
            "capacity": size,
            "accessModes": ["ReadWriteMany"],
            "csi": source,
            "mountOptions": ["uid=1000"],
            "claimRef": {"namespace": "home", "name": "films"},
        }
    }
    said = claim_keys({key: claim_of, volume: on_nas}, {})["films"]
    assert said.objects == {key, volume}
    assert said.meaning["csi"] == {
        "driver": "smb.csi.k8s.io",
        "handle": "films",
        "attributes": {"source": "//nas/films"},
        "secret": "nas",
        "options": ["uid=1000"],
    }
    assert said.meaning["access"] == "ReadWriteMany"
    on_nas["spec"]["csi"] = {**source, "controllerExpandSecretRef": {"name": "nas"}}
    assert "csi" not in claim_keys({key: claim_of, volume: on_nas}, {})["films"].meaning


def test_a_claim_of_a_class_says_the_volume_that_it_asks_for() -> None:
    spec: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    stated = {
        Key("PersistentVolumeClaim", "home", "a"): {"spec": {**spec, "storageClassName": "fast", "volumeName": "v"}}
    }
    assert claim_keys(stated, {"fast": "ReadWriteOnce"})["a"].meaning["volume"] == "v"


def test_a_claim_says_the_content_that_it_began_with() -> None:
    content = {"apiGroup": "volsync.backube", "kind": "ReplicationDestination", "name": "films"}
    spec: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    key = Key("PersistentVolumeClaim", "home", "a")
    live = {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "a"},
        "spec": {**spec, "storageClassName": "fast", "dataSource": content, "dataSourceRef": content},
    }
    assert claim_keys({key: as_stated(live)}, {"fast": "ReadWriteOnce"})["a"].meaning["restored_from"] == {
        "kind": "ReplicationDestination",
        "name": "films",
        "api_group": "volsync.backube",
    }


@pytest.mark.parametrize(("volume", "stated"), [("pvc-2f6c", None), ("films-smb", "films-smb")])
def test_a_claim_names_its_volume_where_its_owner_asked_for_it(volume: str, stated: str | None) -> None:
    spec = {"storageClassName": "smb", "volumeName": volume}
    live = {"kind": "PersistentVolumeClaim", "metadata": {"name": "a"}, "spec": spec}
    assert as_stated(live)["spec"].get("volumeName") == stated


def test_a_folder_whose_name_has_variables_is_said_as_such() -> None:
    mount = {"name": "data", "mountPath": "/data", "subPathExpr": "$(POD)"}
    runs = {"volumes": [NODE | {"name": "data"}], "containers": [{"name": "main", "volumeMounts": [mount]}]}
    assert mounted(runs, {}, {}, {}, MODES, "web").mounts == {"main": {"data": {"path": "/data", "sub_path": "$(POD)"}}}
    literal = {"name": "data", "mountPath": "/data", "subPath": "$(POD)"}
    runs = {"volumes": [NODE | {"name": "data"}], "containers": [{"name": "main", "volumeMounts": [literal]}]}
    assert mounted(runs, {}, {}, {}, MODES, "web").mounts == {}


def test_a_class_that_a_volume_and_its_claim_carry_is_said() -> None:
    key, volume = Key("PersistentVolumeClaim", "home", "films"), Key("PersistentVolume", "", "pv-films")
    common = {"accessModes": ["ReadWriteMany"], "storageClassName": "manual"}
    claim_of = {"spec": {**common, "volumeName": "pv-films", "resources": {"requests": {"storage": "1Ti"}}}}
    share = {"nfs": {"server": "nas", "path": "/films"}, "capacity": {"storage": "1Ti"}}
    on_nas = {"spec": {**common, **share, "claimRef": {"namespace": "home", "name": "films"}}}
    said = claim_keys({key: claim_of, volume: on_nas}, {})["films"].meaning
    assert (said["static_class"], said["share"]) == ("manual", {"server": "nas", "path": "/films"})
    on_nas["spec"]["storageClassName"] = "other"
    assert "films" not in claim_keys({key: claim_of, volume: on_nas}, {})
