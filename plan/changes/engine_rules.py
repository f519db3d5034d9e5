"""Effects of a changed argument of a provider, which decides where everything is written, as plain data.

Read from pulumi-kubernetes v4 (`provider/pkg/provider/provider.go`, DiffConfig and Configure) and from
bpg/terraform-provider-proxmox v0.112.0 (`proxmoxtf/provider/schema.go`).
"""

from collections.abc import Mapping

KUBERNETES = "pulumi:providers:kubernetes"
PROXMOX = "pulumi:providers:proxmoxve"

REDIRECTS: Mapping[str, tuple[str, ...]] = {
    KUBERNETES: ("cluster", "cluster_identifier", "context", "kubeconfig", "namespace", "render_yaml_to_directory"),
    PROXMOX: ("endpoint",),
}
"""Arguments that decide which cluster or host is written to, by provider."""

HARMLESS: Mapping[str, tuple[str, ...]] = {
    KUBERNETES: (
        "enable_config_map_mutable",
        "enable_replace_crd",
        "enable_secret_mutable",
        "enable_server_side_apply",
        "helm_release_settings",
        "kube_client_settings",
        "skip_update_unreachable",
        "strict_mode",
        "suppress_deprecation_warnings",
        "suppress_helm_hook_warnings",
    ),
    PROXMOX: (
        "api_token",
        "auth_ticket",
        "csrf_prevention_token",
        "insecure",
        "min_tls",
        "otp",
        "password",
        "random_vm_id_end",
        "random_vm_id_start",
        "random_vm_ids",
        "ssh",
        "tmp_dir",
        "username",
    ),
}
"""Arguments that say how it is reached, or how it works. Any other is not known."""

OWNERS_OF_NOTHING = ("homelab:", "pulumi:pulumi:")
"""Types of components and of the stack: nothing runs by them."""
