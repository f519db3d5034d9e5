"""Effects of another value in one field of an operator's object, as plain data.

Sources: External Secrets 0.20 (`pkg/controllers/externalsecret/externalsecret_controller.go`,
deleteOrphanedSecrets and deletionPolicy); MetalLB 0.15 (`internal/allocator/allocator.go`, SetPools).
"""

from collections.abc import Mapping

from plan.changes.field_rule import (
    COMPARE,
    COMPARE_FIRST,
    FOLLOW,
    RETAIN,
    UNLESS_INTENDED,
    FieldRule,
)
from plan.changes.kind_rule import Kind

_MATCHING = ("matchConditions", "matchConstraints", "variables")
_REFUSED_LATER = "Pods that violate it keep running, and are refused when they are recreated."
_OTHER_ENTRY = "The Secret gets the content of another entry, or none."

_CLOSED = FieldRule(
    "spec.failurePolicy",
    "becomes",
    "STOP",
    "While the policy engine does not answer, objects that it matches are refused: no pod starts that it would see.",
    "take the change back, or run the policy engine more than once",
    ("Fail",),
    "Fail",
    severity="warning",
)

OPERATOR_FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): (
        FieldRule(
            "spec.updatePolicy.updateMode",
            "becomes",
            "UPDATE",
            "Its pods are evicted, and restart with other requests, whenever the recommendation is far from theirs.",
            UNLESS_INTENDED,
            ("Auto", "InPlaceOrRecreate", "Recreate"),
            "Recreate",
            severity="warning",
        ),
    ),
    **{
        ("external-secrets.io", kind): (
            FieldRule(
                "spec.provider",
                "differs",
                "NOT-KNOWN",
                "Secrets come from elsewhere: an entry that is not there is not renewed, or its Secret is deleted.",
                "see that all entries are there, and allow it by name",
            ),
        )
        for kind in ("ClusterSecretStore", "SecretStore")
    },
    ("cert-manager.io", "Certificate"): (
        FieldRule(
            "spec.dnsNames",
            "goes",
            "UPDATE",
            "Clients refuse the certificate for the name that goes.",
            FOLLOW,
            severity="warning",
        ),
        FieldRule(
            "spec.issuerRef",
            "differs",
            "UPDATE",
            "It is issued anew by another issuer: clients that trust the old one alone refuse it.",
            FOLLOW,
            severity="warning",
        ),
        FieldRule(
            "spec.secretName",
            "differs",
            "UPDATE",
            "The certificate in the old Secret is not renewed any more.",
            FOLLOW,
            severity="warning",
        ),
    ),
    ("external-secrets.io", "ExternalSecret"): (
        FieldRule(
            "spec.target.deletionPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When the vault no longer has the entry, the Secret is deleted.",
            RETAIN,
            ("Delete",),
            "Retain",
        ),
        FieldRule(
            "spec.target.creationPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When the object is deleted, the Secret goes with it.",
            "take the change back, unless the vault has all that the Secret holds",
            ("Owner",),
            "Owner",
        ),
        FieldRule(
            "spec.refreshInterval",
            "becomes",
            "UPDATE",
            "The Secret stays as it is, whatever becomes of the entry in the vault.",
            UNLESS_INTENDED,
            ("0", "0s", "0m", "0h"),
            "1h",
            severity="warning",
        ),
        *(
            FieldRule(f"spec.{each}", "goes", "UPDATE", _OTHER_ENTRY, COMPARE_FIRST, severity="warning")
            for each in ("data.remoteRef.key", "data.remoteRef.property", "dataFrom", "secretStoreRef.name")
        ),
        FieldRule(
            "spec.target.name",
            "differs",
            "DELETE",
            "The Secret with the old name is deleted; pods that still name it do not start any more.",
            "take the change back, or rename it where it is used in the same `up`",
        ),
    ),
    ("nfd.k8s-sigs.io", "NodeFeatureRule"): (
        FieldRule(
            "spec.rules",
            "goes",
            "UPDATE",
            "Nodes lose labels and extended resources that it no longer gives; new pods that need them find no place.",
            COMPARE_FIRST,
            severity="warning",
        ),
    ),
    ("metallb.io", "L2Advertisement"): (
        FieldRule("spec", "differs", "NOT-KNOWN", "Addresses that it no longer announces cannot be reached.", COMPARE),
    ),
    ("metallb.io", "IPAddressPool"): (
        FieldRule(
            "spec.addresses",
            "goes",
            "DISCONNECT",
            "Load balancers with an address of the range that goes lose it.",
            "take the change back, or give those services another address first",
        ),
        FieldRule(
            "spec.serviceAllocation",
            "differs",
            "UPDATE",
            "Load balancers that it no longer serves lose their address when they are next changed.",
            COMPARE_FIRST,
            severity="warning",
        ),
    ),
    ("policies.kyverno.io", "MutatingPolicy"): (
        _CLOSED,
        *(
            FieldRule(
                f"spec.{each}",
                "differs",
                "UPDATE",
                "New objects get other values from then on; those that run get them when they are recreated.",
                COMPARE_FIRST,
                severity="warning",
            )
            for each in ("mutations", *_MATCHING)
        ),
    ),
    ("policies.kyverno.io", "ValidatingPolicy"): (
        _CLOSED,
        *(
            FieldRule(f"spec.{each}", "differs", "UPDATE", _REFUSED_LATER, COMPARE_FIRST, severity="warning")
            for each in ("validations", *_MATCHING)
        ),
        FieldRule(
            "spec.validationActions",
            "becomes",
            "UPDATE",
            _REFUSED_LATER,
            "",
            ("Deny",),
            "Deny",
            severity="info",
        ),
        FieldRule(
            "spec.validationActions",
            "leaves",
            "UPDATE",
            "Objects that it refused are admitted.",
            "",
            ("Deny",),
            "Deny",
            severity="info",
        ),
    ),
}
"""Rules for the fields of each kind that an operator brings."""
