"""The names under which the engine knows those things of which a lab has one.

Another URN is another resource: what has the old one is deleted, and with it whatever hangs on it. So they hang on
nothing that an owner may write otherwise: neither on the lab's folder nor on the name of the cluster.
"""

from typing import Final

import pulumi

CLUSTER: Final = "cluster"
"""The cluster, its provider, and the credentials that it is made with."""
DEFAULTS: Final = "cluster-defaults"
POLICIES: Final = "kyverno-policies"


def known_as(name: str) -> pulumi.ResourceOptions:
    """Options of a resource that may be in the state under a name that was a label of the lab. Its children that begin
    with its name are known under that as well."""
    return pulumi.ResourceOptions(aliases=[pulumi.Alias(name=name)])
