"""The programs that a rehearsal runs, each in a pinned Go module, and how long its build takes."""

from typing import NamedTuple


class Tool(NamedTuple):
    """A program in a Go module."""

    folder: str
    """Of the Go module that pins it, in `rehearsal/tools/`."""
    package: str
    module: str | None
    """Module that gives its version; None for a program of this project."""
    seconds: int
    """About how long a build takes on two idle cores, after those before it in `TOOLS`."""
    tells_version: tuple[str, ...] | None = None
    """Arguments with which it prints its version; None for what is not looked for on PATH."""
    variables: tuple[str, ...] = ()
    """Go variables that hold its version, `{version}` in them being the pinned one, `{sdk}` that of a plugin's SDK."""


class Preparation(NamedTuple):
    """Files that have to be made before a build, since no module holds them."""

    sdk: str
    """The Python package whose plugin it is."""
    copied: str = ""
    """A file of the module that is copied next to the source, which embeds it."""
    generator: tuple[str, ...] = ()
    """A program of the source's own, with its arguments, that writes what the source embeds."""


_PULUMI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_PULUMI_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={version}"
_KUBERNETES = "k8s.io/kubernetes"
_KYVERNO = "github.com/kyverno/kyverno"
_HELM = "helm.sh/helm/v3"
_KUBE_SCORE = "github.com/zegl/kube-score"
_KUBERNETES_VERSION = (
    "k8s.io/component-base/version.gitVersion={version}",
    "k8s.io/component-base/version.gitMajor=1",
    "k8s.io/component-base/version.gitMinor=34",
)


def _kubernetes(name: str, seconds: int, *tells_version: str) -> Tool:
    return Tool("kubernetes", f"{_KUBERNETES}/cmd/{name}", _KUBERNETES, seconds, tells_version, _KUBERNETES_VERSION)


def _plugin(name: str, package: str, module: str, seconds: int, *variables: str) -> Tool:
    return Tool(f"pulumi-{name}", package, module, seconds, None, variables)


TOOLS = {
    "terraform-provider-proxmox": Tool(
        "provider", "github.com/bpg/terraform-provider-proxmox", "github.com/bpg/terraform-provider-proxmox", 93
    ),
    "kubeadm": _kubernetes("kubeadm", 70, "version", "--output", "short"),
    "kubeletconfig": Tool("kubernetes", "homelab/kubernetes/kubeletconfig", None, 50),
    "etcd": Tool("kubernetes", "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", 28, ("--version",)),
    "kube-apiserver": _kubernetes("kube-apiserver", 213, "--version"),
    "kube-scheduler": _kubernetes("kube-scheduler", 10, "--version"),
    "kube-controller-manager": _kubernetes("kube-controller-manager", 67, "--version"),
    "kwok": Tool("kyverno", "sigs.k8s.io/kwok/cmd/kwok", "sigs.k8s.io/kwok", 120, ("--version",)),
    "kyverno": Tool("kyverno", f"{_KYVERNO}/cmd/kyverno", _KYVERNO, 240),
    "kyverno-background-controller": Tool("kyverno", f"{_KYVERNO}/cmd/background-controller", _KYVERNO, 20),
    "kubectl-kyverno": Tool(
        "kyverno",
        f"{_KYVERNO}/cmd/cli/kubectl-kyverno",
        _KYVERNO,
        120,
        ("version",),
        (f"{_KYVERNO}/pkg/version.BuildVersion={{version}}",),
    ),
    "pulumi": Tool("pulumi", _PULUMI, "github.com/pulumi/pulumi/pkg/v3", 420, None, (_PULUMI_VERSION,)),
    "pulumi-stand-in": Tool("pulumi", "homelab/pulumi/standin", None, 20),
    "pulumi-resource-kubernetes": _plugin(
        "kubernetes",
        "homelab/pulumi-kubernetes",
        "github.com/pulumi/pulumi-kubernetes/provider/v4",
        180,
        "main.version=v{sdk}",
    ),
    "helm": Tool(
        "helm",
        f"{_HELM}/cmd/helm",
        _HELM,
        40,
        ("version", "--short"),
        (f"{_HELM}/internal/version.version={{version}}",),
    ),
    "kubectl": Tool("kubectl", "homelab/kubectl", "k8s.io/kubectl", 30, None, ()),
    "pulumi-resource-proxmoxve": _plugin(
        "proxmoxve",
        "homelab/pulumi-proxmoxve/plugin",
        "github.com/bpg/terraform-provider-proxmox",
        180,
        "homelab/pulumi-proxmoxve/bridge.Version={sdk}",
    ),
    "versitygw": Tool("s3", "github.com/versity/versitygw/cmd/versitygw", "github.com/versity/versitygw", 60),
    "act": Tool("act", "github.com/nektos/act", "github.com/nektos/act", 40),
    "actionlint": Tool(
        "actionlint", "github.com/rhysd/actionlint/cmd/actionlint", "github.com/rhysd/actionlint", 10, ("--version",)
    ),
    "kube-score": Tool("kube-score", f"{_KUBE_SCORE}/cmd/kube-score", _KUBE_SCORE, 20),
    "cyclonus": Tool("cyclonus", "homelab/cyclonus", None, 60),
}
"""In the order in which they are built; those that the rehearsal cannot do without come first."""

PREPARED = {
    "pulumi-resource-kubernetes": Preparation("pulumi-kubernetes", copied="cmd/pulumi-resource-kubernetes/schema.json"),
    "pulumi-resource-proxmoxve": Preparation(
        "pulumi-proxmoxve",
        generator=("./generate", "schema", "--skip-docs", "--skip-examples", "--out", "plugin"),
    ),
}
"""Plugins of the engine, by name. They tell the version of the SDK that the program is written with."""
