"""Manifests in a folder, read as objects of a cluster."""

from pathlib import Path

from operations.adopt.files.manifests import read_manifests


def test_objects_get_a_namespace_where_they_state_none(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n---\n"
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n---\n"
        "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: d}}]\n",
        encoding="utf-8",
    )
    found = read_manifests(tmp_path, "home")
    assert found.unread == ()
    assert [(each["kind"], each["metadata"].get("namespace")) for each in found.objects] == [
        ("Service", "home"),
        ("Namespace", None),
        ("ConfigMap", "d"),
    ]


def test_what_cannot_be_taken_is_named(tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    (below / "kustomization.yaml").write_text("apiVersion: kustomize.config.k8s.io/v1\nkind: Kustomization\n")
    (tmp_path / "template.yaml").write_text("kind: {{ .Values.kind }}\n  a: [")
    (tmp_path / "values.yaml").write_text("replicas: 2\n")
    (tmp_path / "notes.txt").write_text("kind: none")
    found = read_manifests(tmp_path, "default")
    assert found.objects == ()
    assert {each.file: each.reason for each in found.unread} == {
        "below/kustomization.yaml": "kustomize is not run: give what `kubectl kustomize` prints",
        "template.yaml": "not YAML, or a template: render it first",
        "values.yaml": "an object needs apiVersion, kind and metadata.name",
    }
