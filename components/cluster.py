"""The way into the Kubernetes cluster."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from plan.cluster.kubeconfig import UnusableKubeconfig, ca_certificate_hash

NO_KUBECONFIG = (
    "The control plane runs, but homelab:kubeconfig is not set: copy /etc/kubernetes/admin.conf from it and run "
    "`pulumi config set --secret homelab:kubeconfig < admin.conf`."
)


@dataclass(frozen=True)
class ClusterArgs:
    """Arguments of a cluster, with which it is reached."""

    control_plane: pulumi.Output[str] | None
    """Id of the first control plane's machine, None where that is no machine of the lab. It is unknown until the
    machine exists, and one that is created exists when its guest agent answers, which cloud-init starts when the API
    server is up."""
    kubeconfig: pulumi.Output[str] | None
    """The administrator's kubeconfig: of the credentials that were made, or of the stack's settings."""


class Cluster(pulumi.ComponentResource):
    """The explicit Kubernetes provider of a cluster, and the kubeconfig it uses.

    The kubeconfig stays unknown until the control plane's machine exists, so that a preview from nothing needs no
    cluster. The provider is identified by a name that never changes: a renewed kubeconfig replaces no object.
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
            # Changed in place: while one is deleted and recreated, a pod that starts finds none.
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            # One that was made under another identifier keeps it: with another one, every object would be replaced.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["clusterIdentifier"]),
        )
        self.register_outputs({"kubeconfig": self.kubeconfig})

    @property
    def ca_certificate_hash(self) -> pulumi.Output[str]:
        """Hash by which joining machines recognise the cluster; only needed, and read, where one joins."""
        return self.kubeconfig.apply(hash_of_authority)


def kubeconfig_of(control_plane: str | None, kubeconfig: str | None) -> str:
    """The kubeconfig of the cluster on a machine that exists. Raises RunError where nobody has given it."""
    if kubeconfig is None:
        raise pulumi.RunError(NO_KUBECONFIG)
    return kubeconfig


def hash_of_authority(kubeconfig: str) -> str:
    """The hash of the authority's public key. Raises RunError where the kubeconfig does not hold the certificate."""
    try:
        return ca_certificate_hash(kubeconfig)
    except UnusableKubeconfig as error:
        raise pulumi.RunError(str(error)) from None
