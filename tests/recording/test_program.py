"""The program declares the plan: all of it, unchanged, nothing else, and nothing without its safeguards."""

import re
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import Any, get_args

import pulumi_proxmoxve as proxmoxve
from pulumi import _types

from components.kinds import PROTECTED, kind_of
from tests.recording.conftest import Recorded
from tests.recording.recorder import Recording, Resource, needs_provider, plain, revealed

MACHINE = "proxmoxve:index/vmLegacy:VmLegacy"
IMAGE = "proxmoxve:download/file:File"
SNIPPET = "proxmoxve:index/fileLegacy:FileLegacy"
RELEASE = "kubernetes:helm.sh/v3:Release"
HELM_ITSELF = {"compat", "createNamespace", "skipCrds", "atomic", "timeout"}


def is_manifest(resource: Resource) -> bool:
    return resource.type.startswith("kubernetes:") and resource.type != RELEASE


def identity(manifest: dict[str, Any]) -> tuple[str, ...]:
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def in_camel_case(value: Any) -> Any:
    """Arguments of the Proxmox provider as they look on the wire; none of their values has keys of its own."""
    if isinstance(value, dict):
        return {camel(key): in_camel_case(nested) for key, nested in value.items()}
    return [in_camel_case(element) for element in value] if isinstance(value, list) else value


def test_every_object_is_declared_as_it_is_planned(program: Recorded) -> None:
    planned = {identity(manifest): plain(manifest) for manifest in program.plan.manifests}
    declared = {
        identity(resource.inputs): revealed(resource.inputs)
        for resource in program.recording.objects
        if is_manifest(resource) and "JoinToken$" not in resource.urn
    }
    assert declared.keys() == planned.keys()
    assert declared == planned


def test_every_release_is_declared_as_it_is_planned(program: Recorded) -> None:
    planned = {
        f"{service.namespace}/{service.release.name}": {
            "name": service.release.name,
            "namespace": service.namespace,
            "chart": service.release.chart,
            "version": service.release.version,
            "values": plain(service.release.values),
            **({"repositoryOpts": dict(service.release.repository)} if service.release.repository else {}),
        }
        for service in program.plan.services
        if service.release is not None
    }
    declared = {
        release.name: {key: value for key, value in release.inputs.items() if key not in HELM_ITSELF}
        for release in program.recording.of_type(RELEASE)
    }
    assert declared == planned


def test_every_machine_is_declared_as_it_is_planned(program: Recorded) -> None:
    machines = (*program.plan.machines, *program.plan.templates)
    planned = {machine.name: in_camel_case(plain(machine.properties)) for machine in machines}
    assert {machine.name: machine.inputs for machine in program.recording.of_type(MACHINE)} == planned


def test_the_provider_knows_every_property_of_every_machine(program: Recorded) -> None:
    unknown = [
        f"{machine.name}: {path}"
        for machine in (*program.plan.machines, *program.plan.templates)
        for path in unknown_properties(machine.properties, proxmoxve.VmLegacyArgs)
    ]
    assert unknown == []


def unknown_properties(properties: Any, args: Any, path: str = "") -> list[str]:
    """Keys that a class of arguments, or one nested in it, does not have."""
    names = _types.input_type_py_to_pulumi_names(args)
    types = _types.input_type_types(args)
    found: list[str] = []
    for key, value in properties.items():
        if key not in names:
            found.append(path + key)
            continue
        for element in value if isinstance(value, list | tuple) else [value]:
            if isinstance(element, dict):
                found += unknown_properties(element, class_of_arguments(types[names[key]]), f"{path}{key}.")
    return found


def class_of_arguments(annotation: Any) -> Any:
    """The class of arguments inside an annotation such as `Sequence[Input[...]]`."""
    if _types.is_input_type(annotation):
        return annotation
    return next((found for inner in get_args(annotation) if (found := class_of_arguments(inner))), None)


def test_a_misspelt_property_deep_inside_is_found() -> None:
    properties = {"cpu": {"coers": 4}, "initialization": {"ip_configs": [{"ipv4": {"adress": "dhcp"}}]}, "nmae": "a"}
    assert unknown_properties(properties, proxmoxve.VmLegacyArgs) == [
        "cpu.coers",
        "initialization.ip_configs.ipv4.adress",
        "nmae",
    ]


def test_a_machine_is_protected_left_alone_and_adopted_as_planned(program: Recorded) -> None:
    for machine in program.plan.machines:
        declared = program.recording.get(MACHINE, machine.name)
        assert declared.protect
        assert declared.retain_on_delete
        assert "disks" in declared.ignore_changes
        assert declared.ignore_changes == tuple(camel(path) for path in machine.ignore_changes)
        assert declared.import_id == (machine.import_id or "")
        assert bool(declared.import_id) == machine.adopted


def test_machines_change_one_after_the_other_in_the_planned_order_and_those_that_join_last(program: Recorded) -> None:
    planned = sorted(program.plan.machines, key=lambda machine: machine.joins)
    machines = [program.recording.get(MACHINE, machine.name) for machine in planned]
    for before, machine in pairwise(machines):
        assert before.urn in machine.dependencies


def test_everything_names_its_provider(program: Recorded) -> None:
    providers = {
        resource.urn
        for resource in program.recording.resources.values()
        if resource.type.startswith("pulumi:providers:")
    }
    assert len(providers) == 2
    needing = filter(needs_provider, program.recording.objects)
    assert [resource.urn for resource in needing if resource.provider not in providers] == []


def test_everything_belongs_to_a_component(program: Recorded) -> None:
    components = {resource.urn for resource in program.recording.components}
    assert [resource.urn for resource in program.recording.objects if resource.parent not in components] == []
    assert components <= program.recording.outputs.keys()


def test_exactly_the_kinds_in_the_table_are_protected(program: Recorded) -> None:
    for resource in filter(is_manifest, program.recording.objects):
        group, _, kind = kind_of(resource.inputs)
        assert resource.protect == ((group, kind) in PROTECTED), resource.urn


def before(recording: Recording, resource: Resource) -> set[str]:
    """Everything that a resource waits for, directly or not."""
    found: set[str] = set()
    waiting = [resource]
    while waiting:
        new = waiting.pop().dependencies - found
        found |= new
        waiting += [recording.resources[urn] for urn in new]
    return found


def test_the_order_is_defaults_engine_policies_namespaces_and_the_rest(program: Recorded) -> None:
    recording, plan = program.recording, program.plan
    policies = {urn for urn, resource in recording.resources.items() if "KyvernoPolicies$" in urn}
    defaults = {urn for urn, resource in recording.resources.items() if "ClusterDefaults$" in urn}
    engine = {namespace.name for namespace in plan.namespaces if not namespace.after_policies}
    namespaces = {
        resource.name: resource
        for resource in recording.objects
        if is_manifest(resource) and resource.inputs["kind"] == "Namespace"
    }
    releases = {release.urn for release in recording.of_type(RELEASE) if release.inputs["namespace"] in engine}
    assert namespaces.keys() == {namespace.name for namespace in plan.namespaces}
    assert policies
    assert releases
    for policy in policies:
        assert releases <= before(recording, recording.resources[policy])
    for name, namespace in namespaces.items():
        waits_for = before(recording, namespace)
        assert defaults <= waits_for
        assert waits_for.isdisjoint(policies) if name in engine else policies <= waits_for
    for resource in recording.objects:
        namespace = resource.inputs.get("namespace") or resource.inputs.get("metadata", {}).get("namespace")
        if namespace in namespaces:
            assert namespaces[namespace].urn in resource.dependencies, resource.urn


def test_what_uses_a_kind_waits_for_the_chart_that_installs_it(program: Recorded) -> None:
    recording, plan = program.recording, program.plan
    services = {service.name: service for service in plan.services}
    releases = {
        name: recording.get(RELEASE, f"{service.namespace}/{service.release.name}").urn
        for name, service in services.items()
        if service.release is not None
    }
    providers = {
        group: releases[name]
        for name, service in plan.lab.services.items()
        for group in getattr(service, "provides", ())
    }
    for resource in filter(is_manifest, recording.objects):
        group, _, _ = kind_of(resource.inputs)
        if group in providers:
            assert providers[group] in before(recording, resource), resource.urn


def test_nothing_waits_for_itself(program: Recorded) -> None:
    graph = {urn: resource.dependencies for urn, resource in program.recording.resources.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


def test_every_template_and_snippet_is_declared_as_it_is_planned(program: Recorded) -> None:
    recording, plan = program.recording, program.plan
    images = {template.name: in_camel_case(plain(template.image)) for template in plan.templates}
    assert {image.name: image.inputs for image in recording.of_type(IMAGE)} == images
    snippets = {snippet.name: snippet for machine in plan.machines for snippet in machine.snippets}
    declared = {resource.name: resource for resource in recording.of_type(SNIPPET)}
    emptied = {snippet.emptied.name for snippet in snippets.values() if snippet.holds_keys}
    assert declared.keys() == snippets.keys() | emptied
    for name, snippet in snippets.items():
        resource = declared[name]
        assert (resource.inputs["nodeName"], resource.inputs["datastoreId"]) == (snippet.host, snippet.storage)
        assert resource.inputs["sourceRaw"]["fileName"] == snippet.file_name
        assert resource.protect
        assert resource.ignore_changes == ("sourceRaw",)


def test_a_machine_waits_for_its_template_and_its_snippets(program: Recorded) -> None:
    recording, plan = program.recording, program.plan
    for machine in plan.machines:
        waited_for = before(recording, recording.get(MACHINE, machine.name))
        assert {recording.get(MACHINE, template.name).urn for template in plan.templates} <= waited_for
        assert {recording.get(SNIPPET, snippet.name).urn for snippet in machine.snippets} <= waited_for


def test_exactly_the_machines_that_join_have_a_token(program: Recorded) -> None:
    joining = {machine.name for machine in program.plan.machines if machine.joins}
    assert {token.name for token in program.recording.of_type("homelab:index:JoinToken")} == joining


def test_the_program_exports_machines_and_hosts(program: Recorded) -> None:
    outputs = program.recording.stack_outputs
    assert outputs.keys() == {"kubeconfig", "machines", "hosts"}
    assert outputs["machines"].keys() == {machine.name for machine in program.plan.machines}
    assert outputs["hosts"] == {service.name: list(service.hosts) for service in program.plan.services if service.hosts}
