"""The way into the Kubernetes cluster."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

NO_KUBECONFIG = (
    "The control plane runs, but homelab:kubeconfig is not set: copy /etc/kubernetes/admin.conf from it and run "
    "`pulumi config set --secret homelab:kubeconfig < admin.conf`."
)


@dataclass(frozen=True)
class ClusterArgs:
    """What a cluster is reached with."""

    control_plane: pulumi.Output[str]
    """Id of the control plane's machine; unknown until the machine exists."""
    kubeconfig: pulumi.Output[str] | None
    """The administrator's kubeconfig, once there is one."""


class Cluster(pulumi.ComponentResource):
    """The explicit Kubernetes provider of a cluster, and the kubeconfig it uses.

    The kubeconfig stays unknown until the control plane's machine exists, so that a preview from nothing needs no
    cluster. The provider is identified by the cluster's name: a renewed kubeconfig replaces no object.
    """

    kubeconfig: pulumi.Output[str]
    provider: kubernetes.Provider

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:Cluster", name, None, opts)
        self.kubeconfig = pulumi.Output.secret(
            pulumi.Output.all(args.control_plane, args.kubeconfig).apply(lambda known: kubeconfig_of(*known))
        )
        self.provider = kubernetes.Provider(
            name,
            kubeconfig=self.kubeconfig,
            cluster_identifier=name,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"kubeconfig": self.kubeconfig})


def kubeconfig_of(control_plane: str, kubeconfig: str | None) -> str:
    """The kubeconfig of the cluster on a machine that exists. Raises RunError where nobody has given it.

    This is where a cluster that bootstraps itself will fetch it from its control plane.
    """
    if kubeconfig is None:
        raise pulumi.RunError(NO_KUBECONFIG)
    return kubeconfig
