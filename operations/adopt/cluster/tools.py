"""The tools with which owners write objects, as they name themselves in managedFields."""

import re
from collections.abc import Iterable
from typing import Literal

from operations.adopt.cluster.objects import Writer, writers_of
from plan.model import Manifest

Tool = Literal["kubectl", "Helm", "Terraform", "Argo CD", "Flux", "Pulumi", "k3s", "another"]
Author = Literal["owner", "system", "controller", "unknown"]

_TOOLS: tuple[tuple[str, Tool], ...] = (
    (r"kubectl.*|before-first-apply", "kubectl"),
    (r"helm|terraform-provider-helm.*|Go-http-client", "Helm"),
    (r"HashiCorp|[Tt]erraform.*|OpenTofu.*", "Terraform"),
    (r"argocd.*", "Argo CD"),
    (r"kustomize-controller|helm-controller|flux.*|source-controller", "Flux"),
    (r"pulumi.*|homelab", "Pulumi"),
    (r"OpenAPI-Generator|ansible.*|node-fetch|Mozilla|k9s|lens|headlamp.*|portainer|rancher|dashboard|curl", "another"),
)
"""Field managers, whole, and the tool that is called so. helm-controller is Flux's; k3s has one of the same name,
whose releases are known by their HelmChart."""

_SYSTEM = (
    r"kubeadm|kube-apiserver|api-priority-and-fairness-config-.*|deploy@.*|k3s.*|rke2.*|talos|microk8s.*"
    r"|cluster-bootstrap|machined"
)
"""Field managers of what comes with a cluster: the API server, kubeadm, k3s and RKE2 (`deploy@NODE`), Talos."""

_CONTROLLER = re.compile(
    r"kube-|kubelet|controller|operator|provisioner|attacher|resizer|autoscaler|autoresizer|scheduler|snapshotter"
    r"|manager|webhook|injector|reloader|reflector|descheduler|external-secrets|external-dns|cert-manager|longhorn"
    r"|rook|ceph|cilium|calico|tigera|metallb|speaker|keda|kyverno|cloudnative-pg|traefik|vpa|goldilocks|velero|volsync"
)


def tool_called(manager: str) -> Tool | None:
    """The tool behind a field manager; None for the cluster's own and for controllers."""
    return next((tool for pattern, tool in _TOOLS if re.fullmatch(pattern, manager)), None)


def author_of(manifest: Manifest) -> Author:
    """Author of an object: its owner if any of the owner's tools wrote to it."""
    writers = tuple(writers_of(manifest))
    if not writers:
        return "unknown"
    if any(tool_called(writer.manager) for writer in writers):
        return "owner"
    if any(re.fullmatch(_SYSTEM, writer.manager) for writer in writers):
        return "system"
    if all(_CONTROLLER.search(writer.manager) for writer in writers):
        return "controller"
    return "owner"


def tools_of(manifest: Manifest) -> tuple[Tool, ...]:
    """The owner's tools that wrote to an object, each once."""
    return tuple(dict.fromkeys(_known(writers_of(manifest))))


def _known(writers: Iterable[Writer]) -> Iterable[Tool]:
    for writer in writers:
        if tool := tool_called(writer.manager):
            yield tool
