"""A lab's contents, declared by the program's own components and applied by the real `pulumi up`.

Parts that are not the program's have stand-ins: the pods of a chart's footprint, and KWOK's nodes for machines. The
program waits until its objects are ready; this does not, as a rehearsal is to find those that never will be.
"""

import secrets
from pathlib import Path

import pulumi_kubernetes as kubernetes
from pulumi import automation

from components.contents import declare_contents
from components.kinds import resource_name
from plan.model import Manifest, Plan, Service
from plan.model.metadata import NOT_AWAITED
from rehearsal.control_plane import Applied, Refused
from rehearsal.installation import install
from rehearsal.stand_ins import stand_ins

NAME = "rehearsal"
AT_A_TIME = 32
"""Objects that are under way together."""

_NOT_TRIED = "not tried, for something that it waits for was refused"


class EngineFailed(Exception):
    """`pulumi up` failed, and not because an object was refused; the message has its words."""


class Engine:
    """A stack of a rehearsal, whose state goes with the rehearsal's folder."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        self._kubeconfig = kubeconfig.read_text(encoding="utf-8")
        installed = install(folder)
        self._options = automation.LocalWorkspaceOptions(
            pulumi_command=automation.PulumiCommand(str(folder)),
            env_vars={
                **installed.environment,
                "PULUMI_CONFIG_PASSPHRASE": secrets.token_hex(16),
                # Nobody needs the state of an `up` that is interrupted; it would be rewritten with each object.
                "PULUMI_EXPERIMENTAL": "true",
                "PULUMI_SKIP_CHECKPOINTS": "true",
            },
        )

    def up(self, plan: Plan) -> list[Applied]:
        """One `up` of the contents of a plan; returns what came of each object.

        Raises:
            EngineFailed: it failed without any object being refused.
        """
        rehearsed = plan._replace(services=tuple(_rehearsed(plan, service) for service in plan.services))
        stack = automation.create_or_select_stack(NAME, NAME, lambda: self._declare(rehearsed), opts=self._options)
        told = _Told()
        try:
            stack.up(parallel=AT_A_TIME, continue_on_error=True, on_event=told)
        except automation.CommandError as failed:
            if not told.refused:
                raise EngineFailed(f"pulumi up failed:\n{failed}") from None
        return [told.outcome(manifest) for manifest in rehearsed.manifests]

    def _declare(self, plan: Plan) -> None:
        provider = kubernetes.Provider(
            NAME,
            kubeconfig=self._kubeconfig,
            cluster_identifier=NAME,
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            upsert_existing_objects=True,  # Kyverno runs already, in its namespace
            kube_client_settings=kubernetes.KubeClientSettingsArgs(qps=1000, burst=2000),
        )
        declare_contents(plan, provider, after=())


class _Told:
    """Events of a running `up`, about objects by kind and name in the program."""

    def __init__(self) -> None:
        self.refused: dict[tuple[str, str], str] = {}
        self._made: set[tuple[str, str]] = set()

    def __call__(self, event: automation.EngineEvent) -> None:
        if event.res_outputs_event is not None:
            self._made.add(_key(event.res_outputs_event.metadata.urn))
        about = event.diagnostic_event
        if about is not None and about.severity == "error" and about.urn and "::kubernetes:" in _own_type(about.urn):
            self.refused[_key(about.urn)] = _words(about.message)

    def outcome(self, manifest: Manifest) -> Applied:
        """Outcome of applying an object."""
        key = (manifest["kind"], resource_name(manifest))
        if key in self.refused:
            return Applied(manifest, None, Refused(0, "", self.refused[key]))
        return Applied(manifest, None, None if key in self._made else Refused(0, "", _NOT_TRIED))


def _own_type(urn: str) -> str:
    """`::kubernetes:apps/v1:Deployment` of `urn:pulumi:stack::project::parents$kubernetes:apps/v1:Deployment::name`."""
    return f"::{urn.split('::')[2].rpartition('$')[2]}"


def _key(urn: str) -> tuple[str, str]:
    return _own_type(urn).rpartition(":")[2], urn.split("::", 3)[3]


def _words(message: str) -> str:
    """Words of the API server, without the provider's before them."""
    return message.rpartition("by the Kubernetes API server: ")[2].strip()


def _rehearsed(plan: Plan, service: Service) -> Service:
    """A service with stand-ins for what its chart or operator would make."""
    made = (*service.before_release, *stand_ins(plan, service.name), *service.manifests)
    return service._replace(
        manifests=tuple(_not_awaited(each) for each in made), before_release=(), release=None, after=()
    )


def _not_awaited(manifest: Manifest) -> Manifest:
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **NOT_AWAITED}}}
