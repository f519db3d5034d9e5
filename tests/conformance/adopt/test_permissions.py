"""The Roles of docs/moving-in.md: each suffices for what it is for, and allows no more."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from cli.cluster import Source, observe_source
from config.writing import write_lab
from observation import read_dump
from operations.adopt.cluster.adoption import Wishes, adopt_cluster
from operations.adopt.cluster.releases import read_releases
from operations.adopt.cluster.trying import may_patch, try_objects
from operations.adopt.takeover.run import run_take_over
from operations.clients.kubernetes import Api
from plan.model.fields import value
from rehearsal.charts import chart_repository
from rehearsal.control_plane import ToolMissing
from rehearsal.dumped import dumped_cluster
from rehearsal.installation import missing
from tests.conformance.adopt.stack import stack_of
from tests.conformance.adopt.test_take_over import until_pods_run

PAGE = Path("docs/moving-in.md")
OBJECTS = [each for found in read_dump(Path("tests/dumps/attic")).resources.values() for each in found]


class Accounts(NamedTuple):
    """A cluster, its administrator, and the kubeconfigs of accounts with one Role each."""

    admin: Api
    look: Path
    take_over: Path


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    if shutil.which("kubectl") is None:
        pytest.skip("not run: kubectl is not on PATH")
    folder = tmp_path_factory.mktemp("accounts")
    try:
        with dumped_cluster(OBJECTS, IPv4Network("10.96.0.0/16")) as there:
            until_pods_run(there.api)
            commands = re.findall(r"^kubectl create clusterrole .*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
            assert len(commands) == 2
            made = [account(each, there.kubeconfig, folder) for each in commands]
            yield Accounts(there.api, *made)
    except ToolMissing as lacking:
        pytest.skip(f"not run: {lacking}")


def account(command: str, kubeconfig: Path, folder: Path) -> Path:
    """The kubeconfig of a new account with the Role that a command of the page makes."""
    role = command.split()[3]
    given = {"kubeconfig": str(kubeconfig), "name": role}
    script = f"""set -e
export KUBECONFIG="$kubeconfig"
{command}
kubectl create serviceaccount "$name" --namespace kube-system
kubectl create clusterrolebinding "$name" --clusterrole "$name" --serviceaccount "kube-system:$name"
kubectl create token "$name" --namespace kube-system"""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), **given}  # for kubectl's cache
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    content = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
    content["users"][0]["user"] = {"token": done.stdout.splitlines()[-1]}
    file = folder / f"{role}.kubeconfig"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def allowed(accounts: Accounts, role: str, verb: str, resource: str, subresource: str = "") -> bool:
    attributes = {"verb": verb, "group": "", "resource": resource, "subresource": subresource}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "metadata": {},
        "spec": {"user": f"system:serviceaccount:kube-system:{role}", "resourceAttributes": attributes},
    }
    return bool(value(accounts.admin.create(review), "status", "allowed"))


@pytest.mark.parametrize("role", ["homelab-look", "homelab-take-over"])
def test_neither_runs_commands_nor_makes_or_deletes_anything(accounts: Accounts, role: str) -> None:
    assert allowed(accounts, role, "list", "secrets")
    assert allowed(accounts, role, "patch", "services") is (role == "homelab-take-over")
    for subresource in ("exec", "attach", "portforward", "proxy", "log"):
        assert not allowed(accounts, role, "get", "pods", subresource)
    assert not allowed(accounts, role, "get", "nodes", "proxy")
    for verb in ("create", "update", "delete", "deletecollection", "watch"):
        assert not allowed(accounts, role, verb, "pods")


def test_to_look_suffices_to_adopt(accounts: Accounts, tmp_path: Path) -> None:
    seen = observe_source(Source(kubeconfig=accounts.look))
    assert {each.subject for each in seen.gaps if " of kubelet " not in each.subject} == set()
    objects = [each for found in seen.resources.values() for each in found]
    releases, _ = read_releases(objects)
    adoption = adopt_cluster(
        tmp_path / "mine", objects, Wishes(repositories={each.name: "https://a.example" for each in releases})
    )
    assert not adoption.errors
    assert not may_patch(Api(accounts.look))


def test_the_second_suffices_to_try_and_to_take_over(accounts: Accounts, tmp_path: Path) -> None:
    if reason := missing():
        pytest.skip(f"not run: {reason}")
    seen = observe_source(Source(kubeconfig=accounts.take_over))
    objects = [each for found in seen.resources.values() for each in found]
    releases, _ = read_releases(objects)
    with chart_repository({each.chart: [each.version] for each in releases}) as charts:
        lab = tmp_path / "mine"
        adoption = adopt_cluster(lab, objects, Wishes(repositories={each.name: charts.url for each in releases}))
        write_lab(lab, adoption.files)
        api = Api(accounts.take_over)
        assert may_patch(api)
        assert try_objects(api, adoption.plan.manifests).refused == ()
        pulumi = stack_of(tmp_path, lab, accounts.take_over, charts.ca_file)
        outcome = run_take_over(pulumi, api, write=True)
    assert outcome.take_over.unfit == ()
    assert len(outcome.take_over.taken) > 20
    assert set(outcome.take_over.missing) == set(adoption.plan.lab.tiers)
