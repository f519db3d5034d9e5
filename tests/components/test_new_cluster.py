"""A cluster that is made: what waits for what, from the template to the last machine that joins."""

import json
from itertools import pairwise

import pulumi
import pytest

from components.lab import KUBECONFIG_OF_ANOTHER, declare
from plan import model
from plan.model.machines import EMPTY
from tests.components import plans
from tests.components.test_lab import PLAN, before, named, settings
from tests.recording import providers
from tests.recording.recorder import Answer, Recording, Resource, record, secret_value

NEW = PLAN._replace(
    templates=(plans.TEMPLATE,),
    credentials=plans.CREDENTIALS,
    machines=(
        plans.machine("firewall", 101, "appliance"),
        plans.control_plane("master1", 200),
        plans.joining("master2", 201, "control-plane", *plans.FILES),
        plans.joining("master3", 202, "control-plane", *plans.FILES),
        plans.joining("node1", 203),
    ),
)
"""Three control planes and a worker, from nothing."""
GROWN = PLAN._replace(
    templates=(plans.TEMPLATE,),
    machines=(
        plans.machine("master", 200, "control-plane", adopted=True),
        plans.machine("node1", 201, "worker", adopted=True),
        plans.joining("node2", 202),
    ),
)
"""A cluster that exists, and a worker that is added to it."""
TOKEN = "core/v1:Secret"


def declared(plan: model.Plan, answer: Answer | None = providers.answer, kubeconfig: str | None = None) -> Recording:
    def program() -> None:
        given = None if kubeconfig is None else pulumi.Output.secret(kubeconfig)
        declare(plan, settings(kubeconfig=given))

    return record(program, answer=answer)


@pytest.fixture(scope="module")
def new() -> Recording:
    return declared(NEW)


@pytest.fixture(scope="module")
def grown() -> Recording:
    return declared(GROWN, kubeconfig=providers.kubeconfig())


def snippet(recording: Recording, machine: str) -> str:
    """Content of a machine's snippet."""
    source = recording.get(providers.SNIPPET, f"{machine}.yaml").inputs["sourceRaw"]
    return secret_value(source["data"])


def test_machines_come_one_after_the_other_after_their_template(new: Recording) -> None:
    template, *machines = (new.get(providers.MACHINE, name) for name in ("ubuntu-2404", *names(NEW)))
    image = new.get("proxmoxve:download/file:File", "ubuntu-2404")
    assert image.urn in template.dependencies
    for earlier, later in pairwise((template, *machines)):
        assert earlier.urn in later.dependencies


def names(plan: model.Plan) -> list[str]:
    return [machine.name for machine in plan.machines]


def test_the_first_control_plane_waits_for_nothing_of_the_cluster(new: Recording) -> None:
    waited_for = before(new, named(new, "VmLegacy", "master1"))
    assert not [urn for urn in waited_for if ":kubernetes" in urn]
    assert {resource.urn for resource in new.of_type(providers.AUTHORITY)} <= waited_for


@pytest.mark.parametrize("name", ["master2", "master3", "node1"])
def test_what_joins_waits_for_its_token_and_the_token_for_the_cluster(new: Recording, name: str) -> None:
    token = named(new, TOKEN, name)
    assert token.urn in before(new, named(new, "VmLegacy", name))
    way_in = new.resources[token.provider]
    assert named(new, "VmLegacy", "master1").urn in before(new, way_in)


def test_what_runs_in_the_cluster_waits_for_its_machines(new: Recording) -> None:
    waited_for = before(new, named(new, "PriorityClass", "tier-4-aux"))
    assert {new.get(providers.MACHINE, name).urn for name in names(NEW)} <= waited_for


def test_every_machine_that_joins_has_a_token_of_its_own(new: Recording) -> None:
    joining = ("master2", "master3", "node1")
    assert sorted(token.name for token in new.of_type("kubernetes:core/v1:Secret") if "type" in token.inputs) == [
        *joining
    ]
    for name in joining:
        others = set(joining) - {name}
        assert providers.token_secret(name) in snippet(new, name)
        assert not [other for other in others if providers.token_secret(other) in snippet(new, name)]


def test_a_snippet_holds_no_more_than_its_machine_needs(new: Recording) -> None:
    authority = "cluster-ca.key: "
    assert authority in snippet(new, "master1")
    assert authority in snippet(new, "master2")
    assert authority not in snippet(new, "node1")
    assert "<<" not in "".join(snippet(new, name) for name in ("master1", "master2", "master3", "node1"))


def test_what_joins_knows_the_cluster_by_the_hash_of_its_authority(new: Recording, grown: Recording) -> None:
    (line,) = (line for line in snippet(new, "node1").splitlines() if line.startswith("ca-certificate-hash: sha256:"))
    assert line in snippet(grown, "node2").splitlines()


def test_user_data_with_keys_are_emptied_once_the_machine_is_set_up_and_the_cluster_answers(new: Recording) -> None:
    full = {machine.snippets[0].name: machine for machine in NEW.machines if machine.role == "control-plane"}
    emptied = {each.name: each for each in new.of_type(providers.SNIPPET) if each.retain_on_delete}
    assert emptied.keys() == {f"{name}-emptied" for name in full}
    for name, machine in full.items():
        file, once = new.get(providers.SNIPPET, name), emptied[f"{name}-emptied"]
        assert once.inputs["sourceRaw"] == {"fileName": file.inputs["sourceRaw"]["fileName"], "data": EMPTY}
        for same in ("nodeName", "datastoreId", "overwrite", "uploadMode", "fileMode"):
            assert once.inputs[same] == file.inputs[same]
        assert new.get(providers.MACHINE, machine.name).urn in once.dependencies
        assert any("PriorityClass" in urn for urn in once.dependencies)
        assert (once.ignore_changes, once.protect, once.aliases) == (("sourceRaw",), False, ())


def test_a_preview_from_nothing_needs_no_kubeconfig_and_knows_no_secret() -> None:
    recording = declared(NEW, answer=None)
    assert len(recording.of_type(providers.SNIPPET)) == 4 + 3, "and those of control planes, emptied"
    assert recording.get("kubernetes:scheduling.k8s.io/v1:PriorityClass", "tier-4-aux")


def test_a_kubeconfig_beside_credentials_of_its_own_is_refused() -> None:
    with pytest.raises(pulumi.RunError) as error:
        declared(NEW, kubeconfig=providers.kubeconfig())
    assert str(error.value) == KUBECONFIG_OF_ANOTHER


def test_a_worker_joins_a_cluster_that_exists(grown: Recording) -> None:
    assert grown.of_type(providers.KEY) == []
    token = named(grown, TOKEN, "node2")
    assert token.urn in before(grown, named(grown, "VmLegacy", "node2"))
    assert secret_value(grown.resources[token.provider].inputs["kubeconfig"]) == providers.kubeconfig()
    assert named(grown, "VmLegacy", "node1").urn in grown.get(providers.MACHINE, "node2").dependencies


def test_a_kubeconfig_without_the_certificate_of_the_authority_is_refused_where_a_machine_joins() -> None:
    with pytest.raises(pulumi.RunError, match="kubectl config view --raw --minify --flatten"):
        declared(GROWN, kubeconfig="apiVersion: v1\nkind: Config\n# the-key\n")


def test_declaring_again_asks_for_the_same(new: Recording) -> None:
    def unchanged(resource: Resource) -> dict[str, object]:
        """Inputs that the engine ignores stay as they were requested first."""
        first = new.resources[resource.urn].inputs
        ignored = {name: first[name] for name in resource.ignore_changes if name in first}
        return {**providers.answer(resource), **ignored}

    again = declared(NEW, answer=unchanged)
    assert {urn: asked(again, urn) for urn in again.resources} == {urn: asked(new, urn) for urn in new.resources}


def asked(recording: Recording, urn: str) -> object:
    """A resource without what the engine ignores after the first time."""
    resource = recording.resources[urn]
    kept = {name: value for name, value in resource.inputs.items() if name not in resource.ignore_changes}
    return kept, resource.dependencies, resource.protect, resource.provider


def way(key: str | None) -> Resource:
    """How Proxmox is reached, with a key for SSH or without."""

    def program() -> None:
        declare(PLAN, settings(proxmox_ssh_private_key=None if key is None else pulumi.Output.secret(key)))

    (provider,) = record(program).of_type("pulumi:providers:proxmoxve")
    return provider


def test_snippets_are_written_over_ssh_to_the_hosts_by_the_agent_or_with_a_key() -> None:
    by_agent = json.loads(way(None).inputs["ssh"])
    with_key = json.loads(secret_value(way("the key").inputs["ssh"]))
    nodes = [{"name": "pve", "address": "192.0.2.10", "port": 2222}]
    assert by_agent == {"username": "root", "agent": True, "nodes": nodes}
    assert with_key == {"username": "root", "agent": False, "privateKey": "the key", "nodes": nodes}
