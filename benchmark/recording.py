"""Recording the program, and the same resources without components: `python -m benchmark.recording`.

Prints the CPU seconds that each took; imports, loading and planning aside.
"""

import gc
import time
from collections.abc import Callable
from statistics import median

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_proxmoxve as proxmoxve

from benchmark.process import ROOT
from components.kinds import declare_manifest, resource_name
from components.lab import declare
from components.settings import Settings
from config.load import load_lab
from plan import Plan, make_plan
from plan.model import Release
from tests.recording.recorder import Recording, Resource, record

ROUNDS = 3


ENDPOINT = "https://192.0.2.10:8006/"


def with_components(plan: Plan) -> None:
    """Declare the plan with the program's components."""
    settings = Settings(
        lab=ROOT,
        adopt=True,
        proxmox_endpoint=ENDPOINT,
        proxmox_insecure=False,
        proxmox_api_token=pulumi.Output.secret("user@pve!name=00000000-0000-0000-0000-000000000000"),
        proxmox_ssh_username="root",
        proxmox_ssh_private_key=None,
        kubeconfig=pulumi.Output.secret("{}"),
    )
    declare(plan, settings)


class Flat:
    """The same resources one after the other, each waiting for the same others, without components."""

    def __init__(self, recording: Recording) -> None:
        self.recorded = {(each.name, kind_of(each)): each for each in recording.objects}
        self.declared: dict[str, pulumi.Resource] = {}

    def __call__(self, plan: Plan) -> None:
        self.declared.clear()
        proxmox = proxmoxve.Provider("proxmox", endpoint=ENDPOINT)
        cluster = kubernetes.Provider("cluster", kubeconfig="{}")
        for machine in plan.machines:
            options = self.options(machine.name, "VmLegacy", proxmox, list(machine.ignore_changes))
            self.declare(machine.name, "VmLegacy", proxmoxve.VmLegacy(machine.name, opts=options, **machine.properties))
        for manifest in plan.manifests:
            name = resource_name(manifest)
            self.declare(
                name, manifest["kind"], declare_manifest(manifest, self.options(name, manifest["kind"], cluster))
            )
        for service in plan.services:
            if service.release is not None:
                name = f"{service.namespace}/{service.release.name}"
                self.declare(name, "Release", self.release(name, service.release, cluster))

    def options(
        self, name: str, kind: str, provider: pulumi.ProviderResource, ignored: list[str] | None = None
    ) -> pulumi.ResourceOptions:
        """The options of a resource. What is declared later than it was recorded is not waited for."""
        waits = (self.declared.get(urn) for urn in self.recorded[name, kind].dependencies)
        return pulumi.ResourceOptions(
            provider=provider, ignore_changes=ignored, depends_on=[each for each in waits if each is not None]
        )

    def declare(self, name: str, kind: str, resource: pulumi.Resource) -> None:
        """Remember a resource, so that others can wait for it."""
        self.declared[self.recorded[name, kind].urn] = resource

    def release(self, name: str, release: Release, provider: pulumi.ProviderResource) -> pulumi.Resource:
        """A Helm release."""
        return kubernetes.helm.v3.Release(
            name,
            name=release.name,
            chart=release.chart,
            version=release.version,
            values=dict(release.values),
            opts=self.options(name, "Release", provider),
        )


def kind_of(resource: Resource) -> str:
    """The last part of a resource's type."""
    return resource.type.rpartition(":")[2]


def main() -> None:
    """Record both programs in turn, and print the ratio of the medians."""
    plan = make_plan(load_lab(ROOT / "config" / "labs" / "prod"))
    programs: dict[str, Callable[[Plan], None]] = {"flat": Flat(record(lambda: with_components(plan)))}
    programs["program"] = with_components
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            begin = time.process_time()
            record(lambda program=program: program(plan))
            seconds[name].append(time.process_time() - begin)
    print(*(median(seconds[name]) for name in ("program", "flat")))


if __name__ == "__main__":
    main()
