"""The policy pack, in its own environment: as it stands, and run by the real engine in a preview."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rehearsal.installation import install, missing
from tests.plan.labs import ROOT

PACK = ROOT / "policy"
UV = Path(sys.executable).parent / "uv"

MOCKED = """
import runpy, sys
from types import SimpleNamespace
from pulumi_policy.proxy import unknown_checking_proxy

pack = runpy.run_path(sys.argv[1], run_name="pack")

def said(urn, protect, **props):
    kind = urn.split("::")[2].split("$")[-1]
    found = []
    shown = unknown_checking_proxy(props)
    args = SimpleNamespace(urn=urn, resource_type=kind, props=shown, opts=SimpleNamespace(protect=protect))
    for policy in pack["POLICIES"]:
        policy.validate(args, lambda sentence, urn=None, name=policy.name: found.append(name))
    return found

OWN, OTHERS = "urn:pulumi:s::p::homelab:index:K8sApp$", "urn:pulumi:s::p::"
CLAIM, POD = "kubernetes:core/v1:PersistentVolumeClaim::it", "kubernetes:core/v1:Pod::it"
metadata = {"name": "it", "namespace": "hobby-freshrss"}
containers = [{"name": "it", "image": "registry.example/it:1", "securityContext": {"privileged": True}}]
print(said(OTHERS + CLAIM, False), said(OTHERS + CLAIM, True), said(OWN + CLAIM, False),
      said(OTHERS + POD, False, metadata=metadata, spec={"containers": containers}))
"""
"""Runs each policy with arguments that stand in for those of the engine."""

PROGRAM = """
import pulumi
import pulumi_kubernetes as kubernetes

provider = kubernetes.Provider("lab", render_yaml_to_directory="rendered")
kubernetes.core.v1.PersistentVolumeClaim(
    "data",
    metadata={"name": "data", "namespace": "hobby-freshrss"},
    spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    opts=pulumi.ResourceOptions(provider=provider),
)
kubernetes.core.v1.Pod(
    "pod",
    metadata={"name": "pod", "namespace": "hobby-freshrss"},
    spec={"containers": [{"name": "pod", "image": "registry.example/pod:1", "securityContext": {"privileged": True}}]},
    opts=pulumi.ResourceOptions(provider=provider),
)
kubernetes.core.v1.ConfigMap(
    "settings",
    metadata={"name": "settings", "namespace": "hobby-freshrss"},
    opts=pulumi.ResourceOptions(provider=provider),
)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment as the pack says it."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    python = folder / "bin" / "python"
    install = [UV, "pip", "install", "--quiet", "--python", python, "--require-hashes"]
    subprocess.run([*install, "--requirement", PACK / "requirements.txt"], check=True)
    return python


def environment(**more: str) -> dict[str, str]:
    """Without the packages of the program, with the lab that the pack reads."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"HOMELAB_LAB": "small"} | more


def test_policies_speak_of_what_others_declare_alone(python: Path) -> None:
    command = [python, "-c", MOCKED, PACK / "__main__.py"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['losses'] [] [] ['refusals']"


def test_the_engine_asks_the_pack_and_goes_on_as_it_only_advises(python: Path, tmp_path: Path) -> None:
    """The pack is named as a program, which the engine starts itself: the real language host, which would start it by
    its folder, is not everywhere."""
    if reason := missing(("kubernetes",)):
        pytest.skip(f"not run: {reason}")
    pack = tmp_path / "pack"
    pack.write_text(f'#!/bin/sh\nexec "{python}" -u -m pulumi.policy "$1" "{PACK}"\n', encoding="utf-8")
    pack.chmod(0o755)
    installed = install(tmp_path, ("kubernetes",))
    project = tmp_path / "project"
    project.mkdir()
    (project / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    (project / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "homelab", "runtime": runtime}), encoding="utf-8")
    variables = environment(PULUMI_CONFIG_PASSPHRASE="of no use to anybody") | installed.environment

    def pulumi(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [installed.pulumi, *arguments, "--non-interactive", "--color", "never"]
        return subprocess.run(command, cwd=project, env=variables, capture_output=True, text=True, check=False)

    assert pulumi("stack", "init", "test").returncode == 0
    previewed = pulumi("preview", "--policy-pack", str(pack))
    assert previewed.returncode == 0, previewed.stdout + previewed.stderr
    advised = [line for line in previewed.stdout.splitlines() if "[advisory]" in line]
    assert len(advised) == 2, previewed.stdout
    for kind, policy in (("PersistentVolumeClaim", "losses"), ("Pod", "refusals")):
        assert any(policy in line and f":{kind}" in line for line in advised), previewed.stdout
    assert "It is not protected" in previewed.stdout
    assert "Its pods are refused in namespace hobby-freshrss" in previewed.stdout
