"""Programs are found or built: tried with a `go` that builds a script in no time."""

import shutil
from importlib.metadata import version
from pathlib import Path

import pytest

from rehearsal import tools
from rehearsal.programs import PREPARED, TOOLS
from rehearsal.tools import ToolMissing, path_of, version_of

GO = """#!/bin/sh
echo "$@" >> "{log}"
out=$(echo "$@" | sed 's/.* -o \\([^ ]*\\) .*/\\1/')
echo '#!/bin/sh' > "$out"
"""
PREPARING_GO = """#!/bin/sh
echo "$@" >> "{log}"
case "$1" in
  mod) echo '{"Dir": "{module}"}' ;;
  run) echo generated > plugin/schema.json ;;
  build)
    ls schema.json plugin/schema.json >> "{log}" 2>&1
    echo '#!/bin/sh' > "$(echo "$@" | sed 's/.* -o \\([^ ]*\\) .*/\\1/')"
    ;;
esac
"""
"""Also says which of the files that a plugin embeds were there when it was built."""
BROKEN_GO = """#!/bin/sh
echo "undefined: everything" >&2
exit 1
"""


class Machine:
    """A machine with a PATH, where things are built into a folder of their own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.built = folder / "built"
        self.modules = folder / "modules"
        self._log = folder / "go.log"
        self.told: list[str] = []
        shutil.copytree(tools.MODULES, self.modules)
        monkeypatch.setattr(tools, "BUILT", self.built)
        monkeypatch.setattr(tools, "MODULES", self.modules)
        monkeypatch.setenv("PATH", f"{self.bin}:/usr/bin:/bin")

    def install(self, name: str, script: str) -> Path:
        program = self.bin / name
        program.write_text(script.replace("{log}", str(self._log)), encoding="utf-8")
        program.chmod(0o755)
        return program

    def path_of(self, name: str) -> Path:
        return path_of(name, self.told.append)

    @property
    def builds(self) -> list[str]:
        return self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_a_program_is_built_once(machine: Machine) -> None:
    machine.install("go", GO)
    assert machine.path_of("kube-apiserver") == machine.path_of("kube-apiserver") == machine.built / "kube-apiserver"
    assert len(machine.builds) == 1
    assert "gitVersion=v1.34.2" in machine.builds[0]
    assert machine.told[0] == "building kube-apiserver v1.34.2, about 4 minutes, once"


def test_another_pin_is_another_build(machine: Machine) -> None:
    machine.install("go", GO)
    machine.path_of("etcd")
    with (machine.modules / "kubernetes" / "go.sum").open("a", encoding="utf-8") as file:
        file.write("example.com/another v1.0.0 h1:x=\n")
    machine.path_of("etcd")
    assert len(machine.builds) == 2


def test_the_program_of_this_project_is_built_again_when_it_changes(machine: Machine) -> None:
    machine.install("go", GO)
    machine.path_of("kubeletconfig")
    (machine.modules / "kubernetes" / "kubeletconfig" / "main.go").write_text("package main\n", encoding="utf-8")
    machine.path_of("kubeletconfig")
    assert len(machine.builds) == 2


def test_one_on_path_in_the_pinned_version_is_used(machine: Machine) -> None:
    installed = machine.install("kube-scheduler", "#!/bin/sh\necho Kubernetes v1.34.2\n")
    assert machine.path_of("kube-scheduler") == installed


@pytest.mark.parametrize("version", ["v1.34.20", "v1.34.1", "v11.34.2"])
def test_one_in_another_version_is_not(machine: Machine, version: str) -> None:
    machine.install("kube-scheduler", f"#!/bin/sh\necho Kubernetes {version}\n")
    machine.install("go", GO)
    assert machine.path_of("kube-scheduler") == machine.built / "kube-scheduler"


def test_without_go_it_says_what_is_missing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(machine.bin))
    with pytest.raises(ToolMissing, match=r"etcd v3\.6\.\d+ is not on PATH and Go, .*https://go\.dev/doc/install"):
        machine.path_of("etcd")


def test_what_cannot_be_built_is_not_there_afterwards(machine: Machine) -> None:
    machine.install("go", BROKEN_GO)
    with pytest.raises(ToolMissing, match=r"kwok could not be built.*\nundefined: everything"):
        machine.path_of("kwok")
    machine.install("go", GO)
    assert machine.path_of("kwok").exists()


def test_what_a_plugin_embeds_is_made_before_it_is_built_and_not_in_the_source(
    machine: Machine, tmp_path: Path
) -> None:
    schema = tmp_path / PREPARED["pulumi-resource-kubernetes"].copied
    schema.parent.mkdir(parents=True)
    schema.write_text("{}", encoding="utf-8")
    machine.install("go", PREPARING_GO.replace("{module}", str(tmp_path)))
    machine.path_of("pulumi-resource-kubernetes")
    machine.path_of("pulumi-resource-proxmoxve")
    assert [each for each in machine.builds if each in ("schema.json", "plugin/schema.json")] == [
        "schema.json",
        "plugin/schema.json",
    ]
    assert list(machine.modules.rglob("schema.json")) == []
    assert any(f"-X main.version=v{version('pulumi-kubernetes')}" in each for each in machine.builds)


@pytest.mark.parametrize("name", TOOLS)
def test_every_program_is_pinned(name: str) -> None:
    go_mod = (tools.MODULES / TOOLS[name].folder / "go.mod").read_text(encoding="utf-8")
    assert TOOLS[name].package in go_mod.replace("=>", "").split()
    assert (TOOLS[name].module is None) == (version_of(name) == "")
