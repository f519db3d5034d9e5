"""Kinds of which a new object changes what others may do, or runs something by itself: why that is not known."""

from collections.abc import Mapping

from plan.changes.kind_rule import Kind

_ADMISSION = "From then on it may refuse or change objects that others write."
_WEBHOOK = "From then on it may refuse or change objects that others write, or all of them where it does not answer."
_CUTS = "It may cut connections that reach its pods now."
_CUTS_ALL = "It may cut connections of every namespace."
_WRITES = "It writes or deletes objects that this preview does not show."
_NODES = "It may drain, restart or upgrade nodes by itself."

ACTS_ON_OTHERS: Mapping[Kind, str] = {
    ("", "LimitRange"): "New containers of the namespace get its defaults, and those beyond its limits are refused.",
    ("", "ResourceQuota"): "New pods of the namespace that it does not allow are refused.",
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"): _ADMISSION,
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _WEBHOOK,
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): _ADMISSION,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _WEBHOOK,
    ("apiregistration.k8s.io", "APIService"): "It serves kinds of the API in place of whatever serves them now.",
    ("argoproj.io", "Application"): _WRITES,
    ("argoproj.io", "ApplicationSet"): _WRITES,
    ("cilium.io", "CiliumClusterwideNetworkPolicy"): _CUTS_ALL,
    ("cilium.io", "CiliumNetworkPolicy"): _CUTS,
    ("crd.projectcalico.org", "GlobalNetworkPolicy"): _CUTS_ALL,
    ("crd.projectcalico.org", "NetworkPolicy"): _CUTS,
    ("helm.cattle.io", "HelmChart"): _WRITES,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _WRITES,
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): _WRITES,
    ("kyverno.io", "ClusterPolicy"): _ADMISSION,
    ("kyverno.io", "CleanupPolicy"): _WRITES,
    ("kyverno.io", "ClusterCleanupPolicy"): _WRITES,
    ("kyverno.io", "Policy"): _ADMISSION,
    ("networking.k8s.io", "NetworkPolicy"): _CUTS,
    ("nodemaintenance.medik8s.io", "NodeMaintenance"): _NODES,
    ("policies.kyverno.io", "DeletingPolicy"): _WRITES,
    ("policies.kyverno.io", "ImageValidatingPolicy"): _ADMISSION,
    ("policies.kyverno.io", "NamespacedDeletingPolicy"): _WRITES,
    ("policy.networking.k8s.io", "AdminNetworkPolicy"): _CUTS_ALL,
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"): _CUTS_ALL,
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"): _CUTS_ALL,
    ("projectcalico.org", "GlobalNetworkPolicy"): _CUTS_ALL,
    ("projectcalico.org", "NetworkPolicy"): _CUTS,
    ("upgrade.cattle.io", "Plan"): _NODES,
    ("velero.io", "DeleteBackupRequest"): "It deletes a backup, in its store too.",
    ("velero.io", "Restore"): _WRITES,
}
