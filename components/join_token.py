"""The bootstrap token with which one machine joins the cluster."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from plan.cluster.credentials import JoinToken as Planned
from plan.cluster.kubeconfig import in_one_line

ID_LENGTH = 6
SECRET_LENGTH = 16


@dataclass(frozen=True)
class JoinTokenArgs:
    """Arguments of a join token."""

    token: Planned
    provider: kubernetes.Provider


class JoinToken(pulumi.ComponentResource):
    """A token of one machine's own, and the Secret by which the cluster knows it.

    The first half names the token, in the name of the Secret among other places, and Kubernetes treats it as public; so
    it is no secret of the stack. The second half is one.

    The time at which the token expires is read from the clock once and kept with its secret half, in the stack's
    state. So a later `up` writes nothing; and when the cluster has deleted the Secret, as it does with every token that
    has expired, a refresh and an `up` bring back a token that is as dead as before.
    """

    token: pulumi.Output[str]
    """Both halves, once the cluster knows them."""
    resource: kubernetes.core.v1.Secret

    def __init__(self, name: str, args: JoinTokenArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:JoinToken", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        public = random.RandomString(name, length=ID_LENGTH, upper=False, special=False, opts=options)
        secret = random.RandomPassword(
            name,
            length=SECRET_LENGTH,
            upper=False,
            special=False,
            keepers={"expires": hours_from_now(args.token.hours)},
            opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(ignore_changes=["keepers"])),
        )
        self.resource = kubernetes.core.v1.Secret(
            name,
            api_version="v1",
            kind="Secret",
            metadata={"namespace": "kube-system", "name": pulumi.Output.concat("bootstrap-token-", public.result)},
            type="bootstrap.kubernetes.io/token",
            data=pulumi.Output.all(public.result, secret.result, secret.keepers).apply(
                lambda known: {
                    field: in_one_line(value)
                    for field, value in {
                        **args.token.data,
                        "token-id": known[0],
                        "token-secret": known[1],
                        "expiration": known[2]["expires"],
                    }.items()
                }
            ),
            opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(provider=args.provider)),
        )
        known_to_cluster = pulumi.Output.all(public.result, secret.result, self.resource.id)
        self.token = pulumi.Output.secret(known_to_cluster.apply(lambda known: f"{known[0]}.{known[1]}"))
        self.register_outputs({})


def hours_from_now(hours: int) -> str:
    """A time in the form that Kubernetes reads."""
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
