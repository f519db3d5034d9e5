"""Kustomizations are built by the program that is there."""

from pathlib import Path

import pytest

from operations.clients import kustomize

SAID = """Error: loading KV pairs: env source files: [env/pvc.env]: evalsymlink failure on 'env/pvc.env' : no such file
Usage: kustomize build DIR
"""

LOGGED = """E1128 08:35:03.314747   29272 run.go:72] "command failed" err="resources: 'missing.yaml': no such file"
"""
WITH_CHARTS = """E1128 08:29:12.918426   21795 run.go:72] "command failed" err=<
\ttrouble configuring builtin HelmChartInflationGenerator with config: `
\tname: redis
\tversion: 27.0.8
\t`: must specify --enable-helm
 >
"""
IN_LINES = """E1128 08:29:12.918426   21795 run.go:72] "command failed" err=<
\taccumulating resources:
\t  no such file
 >
"""


def install(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def test_without_a_program_its_owner_builds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(kustomize.KustomizeFailed, match="install kubectl or kustomize"):
        kustomize.build(tmp_path)


@pytest.mark.parametrize(("name", "verb"), [("kustomize", "build"), ("kubectl", "kustomize")])
def test_either_program_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, verb: str) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    install(tmp_path, name, 'echo "asked: $*"')
    assert kustomize.build(tmp_path / "app") == f"asked: {verb} {tmp_path / 'app'}\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (SAID, 'kustomize says "loading KV pairs: env source files'),
        (LOGGED, "kustomize says \"resources: 'missing.yaml': no such file\""),
        (IN_LINES, "kustomize says 'accumulating resources: no such file'"),
        (WITH_CHARTS, "it brings charts into the folder; run `kustomize build --enable-helm FOLDER > FILE`"),
        (f"Error: {'accumulating from a folder: ' * 20}no such file", "kustomize says '... .*no such file'"),
    ],
)
def test_the_reason_of_a_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, told: str) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    (tmp_path / "said").write_text(said, encoding="utf-8")
    install(tmp_path, "kustomize", f"cat {tmp_path / 'said'} >&2; exit 1")
    with pytest.raises(kustomize.KustomizeFailed, match=told) as failed:
        kustomize.build(tmp_path)
    assert len(str(failed.value)) < 300


def test_one_that_does_not_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(kustomize, "SECONDS", 1)
    install(tmp_path, "kustomize", "exec sleep 60")
    with pytest.raises(kustomize.KustomizeFailed, match="did not answer within 1 s"):
        kustomize.build(tmp_path)
