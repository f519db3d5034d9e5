"""Plans made by hand: as small as they can be, with everything in them that is hard to pass on unchanged."""

from typing import Any

from config.quantity import Memory
from plan import model
from plan.cluster.credentials import ADMINISTRATOR, AUTHORITIES
from plan.model.placeholders import SECRETS, Secret, placeholder

AWKWARD = {
    "api_version": "a key in snake case",
    "stringData": "a key that is a field elsewhere",
    "match_labels": "another",
    "nested.with/slash": "and one with both",
}
"""Keys that a translation of names between snake and camel case would change."""


def manifest(api_version: str, kind: str, name: str, namespace: str | None = None, **fields: Any) -> model.Manifest:
    """An object with awkward labels and annotations."""
    metadata = {"name": name, "labels": AWKWARD, "annotations": AWKWARD}
    where = {} if namespace is None else {"namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata | where, **fields}


PRIORITY_CLASS = manifest(
    "scheduling.k8s.io/v1",
    "PriorityClass",
    "tier-4-aux",
    value=200000,
    globalDefault=True,
    preemptionPolicy="Never",
    description="what can wait",
)
STORAGE_CLASS = manifest(
    "storage.k8s.io/v1",
    "StorageClass",
    "proxmox-lvm",
    provisioner="csi.proxmox.sinextra.dev",
    parameters=AWKWARD,
    reclaimPolicy="Retain",
    allowVolumeExpansion=True,
    volumeBindingMode="WaitForFirstConsumer",
)
POLICY = manifest(
    "policies.kyverno.io/v1",
    "GeneratingPolicy",
    "generate-quota",
    spec={"generate": [{"expression": "generator.Apply(...)"}], "api_version": AWKWARD, "matchConditions": ()},
)
CONFIG_MAP = manifest("v1", "ConfigMap", "notes", "4-aux-notes", data=AWKWARD, binaryData={"image_name": "AA=="})
SECRET = manifest("v1", "Secret", "notes", "4-aux-notes", type="Opaque", stringData={"user_name": "notes"})
VOLUME = manifest(
    "v1",
    "PersistentVolumeClaim",
    "notes-data",
    "4-aux-notes",
    spec={"accessModes": ("ReadWriteOnce",), "resources": {"requests": {"storage": "1Gi"}}},
)
DEPLOYMENT = manifest(
    "apps/v1",
    "Deployment",
    "notes",
    "4-aux-notes",
    spec={
        "replicas": 0,
        "selector": {"matchLabels": AWKWARD},
        "template": {
            "metadata": {"labels": AWKWARD},
            "spec": {
                "nodeSelector": AWKWARD,
                "enableServiceLinks": False,
                "volumes": [{"name": "scratch", "emptyDir": {}}],
                "containers": [
                    {
                        "name": "notes",
                        "image": "ghcr.io/example/notes:v1.0.0",
                        "env": [{"name": "api_version", "value": ""}],
                        "resources": {"requests": {"nvidia.com/gpu": 1, "ephemeral-storage": "1Gi"}},
                        "livenessProbe": {"httpGet": {"path": "/", "port": 8080}},
                    }
                ],
            },
        },
    },
)
INGRESS_ROUTE = manifest(
    "traefik.io/v1alpha1", "IngressRoute", "notes", "4-aux-notes", spec={"routes": [{"match": "Host(`a`)"}]}
)
RECOMMENDER = manifest(
    "autoscaling.k8s.io/v1", "VerticalPodAutoscaler", "traefik", "0-core-traefik", spec={"updatePolicy": {}}
)
DATABASE = manifest("postgresql.cnpg.io/v1", "Cluster", "postgres", "1-cluster-postgres", spec={"instances": 1})
STATEFUL_SET = manifest(
    "apps/v1", "StatefulSet", "mysql", "1-cluster-mysql", spec={"serviceName": "mysql", "replicas": 1}
)
INFERENCE = manifest("apps/v1", "Deployment", "ollama", "2-gpu-ollama", spec={"replicas": 1})


def machine(name: str, vmid: int, role: str, *, adopted: bool = False, **changes: Any) -> model.VirtualMachine:
    """A machine with a few nested blocks."""
    planned = model.VirtualMachine(
        name=name,
        vmid=vmid,
        host="pve",
        role=role,
        vcpus=4,
        memory=Memory(8 << 30),
        adopted=adopted,
        properties={
            "name": name,
            "node_name": "pve",
            "vm_id": vmid,
            "boot_orders": ["scsi0"],
            "cpu": {"cores": 4, "type": "host"},
            "agent": {"enabled": True, "wait_for_ip": {"ipv4": True}},
            "hostpcis": [{"device": "hostpci0", "mapping": "tesla-t4", "rombar": True}],
        },
        ignore_changes=("disks", "boot_orders", "memory.keep_hugepages"),
        import_id=f"pve/{vmid}" if adopted else None,
        pci_mappings=(),
    )
    return planned._replace(**changes)


GPU = model.PciMapping(
    name="tesla-t4",
    properties={
        "name": "tesla-t4",
        "maps": [{"id": "10de:1eb8", "node": "pve", "path": "0000:06:00.0", "iommu_group": 34}],
    },
)


CREDENTIALS = model.Credentials("lab", "https://192.0.2.20:6443", AUTHORITIES, ADMINISTRATOR)
FILES: tuple[Secret, ...] = tuple(secret for secret in SECRETS if "." in secret)
"""Secrets of a control plane."""
JOIN: tuple[Secret, ...] = ("join-token", "ca-certificate-hash")


def snippet(machine: str, *secrets: Secret) -> model.Snippet:
    """A snippet that holds some secrets."""
    content = "".join(f"{secret}: {placeholder(secret)}\n" for secret in secrets)
    return model.Snippet(f"{machine}.yaml", f"{machine}.yaml", "pve", "local", f"#cloud-config\n{content}")


def control_plane(name: str, vmid: int, **changes: Any) -> model.VirtualMachine:
    """A control plane that is created."""
    stated: dict[str, Any] = {"snippets": (snippet(name, *FILES),), **changes}
    return machine(name, vmid, "control-plane", **stated)


def joining(name: str, vmid: int, role: str = "worker", *secrets: Secret) -> model.VirtualMachine:
    """A machine that is created, and joins."""
    return machine(name, vmid, role, joins=True, snippets=(snippet(name, *JOIN, *secrets),))


TEMPLATE = model.MachineTemplate(
    host="pve",
    name="ubuntu-2404",
    image={
        "node_name": "pve",
        "datastore_id": "local",
        "content_type": "import",
        "url": "https://images.example/ubuntu.img",
        "file_name": "ubuntu-2404.qcow2",
        "checksum": "00",
        "checksum_algorithm": "sha256",
    },
    properties={"name": "ubuntu-2404", "node_name": "pve", "vm_id": 9000, "template": True},
    ignore_changes=("disks",),
)


def namespace(name: str, *services: str, after_policies: bool = True) -> model.Namespace:
    """A namespace of the tier that its name begins with."""
    return model.Namespace(
        name=name,
        tier=name,
        services=services,
        manifest=manifest("v1", "Namespace", name),
        limit_range=None,
        quota=None,
        after_policies=after_policies,
    )


def release(name: str, **changes: Any) -> model.Release:
    """A release of the chart of that name."""
    planned = model.Release(
        name=name,
        chart=name,
        repository={"repo": "https://charts.example"},
        version="1.2.3",
        values={"api_version": AWKWARD, "stringData": {"enabled": False, "list": ("a",)}},
    )
    return planned._replace(**changes)


def service(name: str, kind: str, where: str, *manifests: model.Manifest, **changes: Any) -> model.Service:
    """A service of any kind."""
    planned = model.Service(
        name=name,
        kind=kind,
        tier=where,
        namespace=where,
        workloads=(),
        manifests=manifests,
        release=None,
        before_release=(),
        after=(),
        hosts=(),
        eviction_place=1,
        headroom=1.2,
    )
    return planned._replace(**changes)
