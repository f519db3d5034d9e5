"""Settings of a cluster that the program makes, beyond what kubeadm sets by itself (docs/cis.md).

They need files that only machines made by the program have. A cluster that exists keeps its own settings, also one that
the program made earlier: a snippet is written once.
"""

from typing import Any

from plan.model import Manifest
from plan.model.placeholders import placeholder

API_SERVER_FOLDER = "/etc/kubernetes/api-server"
ENCRYPTION = f"{API_SERVER_FOLDER}/encryption.yaml"
AUDIT_POLICY = f"{API_SERVER_FOLDER}/audit-policy.yaml"
AUDIT_LOGS = "/var/log/kubernetes"
CLUSTER_AUTHORITY = "/etc/kubernetes/pki/ca.crt"

POD_PIDS = 4096
"""Processes and threads of one pod: a fork bomb ends there, and a database does not."""

TLS_VERSION = "VersionTLS12"
CIPHERS = (
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
)
"""Of TLS 1.2, with forward secrecy and authenticated encryption; TLS 1.3 has no others."""

_WITHOUT_PROFILING = {"profiling": "false"}


def hardened_cluster(*, kubelets_are_signed: bool) -> Manifest:
    """Fields of kubeadm's ClusterConfiguration. Those of `apiServer` come to the ones that it has.

    Where the cluster's authority signs the certificates of kubelets, the API server accepts no other.
    """
    return {
        "apiServer": {
            "extraArgs": _arguments(
                {
                    **_WITHOUT_PROFILING,
                    "encryption-provider-config": ENCRYPTION,
                    "audit-policy-file": AUDIT_POLICY,
                    "audit-log-path": f"{AUDIT_LOGS}/audit.log",
                    "audit-log-maxage": "30",
                    "audit-log-maxbackup": "10",
                    "audit-log-maxsize": "100",
                    "tls-min-version": TLS_VERSION,
                    "tls-cipher-suites": ",".join(CIPHERS),
                    **({"kubelet-certificate-authority": CLUSTER_AUTHORITY} if kubelets_are_signed else {}),
                }
            ),
            "extraVolumes": [
                _volume("api-server", API_SERVER_FOLDER, "Directory", read_only=True),
                _volume("audit-logs", AUDIT_LOGS, "DirectoryOrCreate"),
            ],
        },
        "controllerManager": {"extraArgs": _arguments(_WITHOUT_PROFILING)},
        "scheduler": {"extraArgs": _arguments(_WITHOUT_PROFILING)},
        "etcd": {"local": {"extraArgs": _arguments({"cipher-suites": ",".join(CIPHERS)})}},
    }


def hardened_kubelet() -> Manifest:
    """Settings of every kubelet of the cluster."""
    return {
        "seccompDefault": True,
        "podPidsLimit": POD_PIDS,
        "tlsMinVersion": TLS_VERSION,
        "tlsCipherSuites": list(CIPHERS),
    }


def encryption() -> Manifest:
    """Secrets are encrypted before they are stored. Those that were stored in clear can still be read."""
    key = {"name": "first", "secret": placeholder("encryption-key")}
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [{"resources": ["secrets"], "providers": [{"secretbox": {"keys": [key]}}, {"identity": {}}]}],
    }


_WAYS_INTO_PODS = ("pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "services/proxy", "nodes/proxy")


def audit_policy() -> Manifest:
    """Who did what, without contents. Reading by the cluster's own parts and asking for health are left out, but for
    reading Secrets, and for ways into pods, which are asked for by reading too."""
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [
            {"level": "None", "nonResourceURLs": ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi*"]},
            {"level": "None", "resources": [{"group": "coordination.k8s.io", "resources": ["leases"]}]},
            {"level": "None", "resources": [{"group": "", "resources": ["events"]}]},
            {"level": "Metadata", "resources": [{"group": "", "resources": ["secrets", *_WAYS_INTO_PODS]}]},
            {
                "level": "None",
                "userGroups": ["system:nodes", "system:serviceaccounts:kube-system"],
                "verbs": ["get", "list", "watch"],
            },
            {
                "level": "None",
                "users": ["system:kube-controller-manager", "system:kube-scheduler", "system:apiserver"],
                "verbs": ["get", "list", "watch"],
            },
            {"level": "Metadata"},
        ],
    }


def _arguments(stated: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in stated.items()]


def _volume(name: str, path: str, kind: str, *, read_only: bool = False) -> dict[str, Any]:
    return {"name": name, "hostPath": path, "mountPath": path, "readOnly": read_only, "pathType": kind}
