"""Manifests in a folder, read as objects of a cluster."""

from pathlib import Path

from operations.adopt.files.kustomizations import NotBuilt, roots
from operations.adopt.files.manifests import read_manifests
from operations.adopt.files.of_manifests import find_manifests
from tests.plan.labs import FOLDERS

KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"


def unbuilt(folder: Path) -> str:
    raise NotBuilt("is not run")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def test_objects_get_a_namespace_where_they_state_none(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n---\n"
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n---\n"
        "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: d}}]\n",
        encoding="utf-8",
    )
    found = read_manifests(tmp_path, "home", unbuilt)
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
    found = read_manifests(tmp_path, "default", unbuilt)
    assert found.objects == ()
    assert {each.file: each.reason for each in found.unread} == {
        "below/kustomization.yaml": "is not run",
        "template.yaml": "not YAML, or a template: render it first",
        "values.yaml": "an object needs apiVersion, kind and metadata.name",
    }


def test_a_kustomization_that_another_includes_stands_for_nothing_by_itself(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "apps/base/kustomization.yaml": f"{KUSTOMIZATION}resources: [service.yaml]\n",
            "apps/house/kustomization.yaml": f"{KUSTOMIZATION}resources: [../base]\ncomponents: [../tls]\n",
            "apps/tls/kustomization.yml": KUSTOMIZATION,
            "other/Kustomization": KUSTOMIZATION,
        },
    )
    assert roots(tmp_path) == (tmp_path / "apps/house", tmp_path / "other")


def test_what_a_kustomization_makes_is_taken_in_place_of_its_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app/kustomization.yaml": f"{KUSTOMIZATION}resources: [service.yaml]\nnamePrefix: my-\n",
            "app/service.yaml": SERVICE,
            "app/patches/more.yaml": SERVICE,
            "plain.yaml": SERVICE.replace("name: a", "name: plain"),
        },
    )
    found = read_manifests(tmp_path, "home", lambda folder: SERVICE.replace("name: a", f"name: my-{folder.name}"))
    assert [each["metadata"]["name"] for each in found.objects] == ["my-app", "plain"]
    assert found.unread == ()


def test_the_parts_of_one_that_changes_nothing_are_taken_by_themselves(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "kustomization.yaml": f"{KUSTOMIZATION}resources: [app, charts, plain.yaml, https://example.org/a.yaml]\n",
            "app/kustomization.yaml": f"{KUSTOMIZATION}resources: [service.yaml]\nnamePrefix: my-\n",
            "charts/kustomization.yaml": f"{KUSTOMIZATION}helmCharts: [{{name: redis}}]\n",
            "plain.yaml": SERVICE.replace("name: a", "name: plain"),
            "unnamed.yaml": SERVICE.replace("name: a", "name: unnamed"),
        },
    )

    def build(folder: Path) -> str:
        if folder.name != "app":
            raise NotBuilt("is not run")
        return SERVICE.replace("name: a", "name: my-a")

    found = read_manifests(tmp_path, "home", build)
    assert [each["metadata"]["name"] for each in found.objects] == ["my-a", "plain"]
    assert {each.file: each.reason for each in found.unread} == {
        "charts/kustomization.yaml": "is not run",
        "kustomization.yaml": "names https://example.org/a.yaml, which is not in the folder",
    }


def test_variables_that_flux_replaces_are_not_taken_as_names(tmp_path: Path) -> None:
    route = (
        "apiVersion: v1\nkind: Route\nmetadata: {name: web}\nspec: {hostnames: ['web.${DOMAIN}', 'x.${ZONE:=org}']}\n"
    )
    script = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: script}\ndata: {run: 'echo ${HOME}'}\n"
    write(tmp_path, {"route.yaml": route, "script.yaml": script})
    found = read_manifests(tmp_path, "home", unbuilt)
    assert [each["metadata"]["name"] for each in found.objects] == ["script"]
    (unread,) = found.unread
    assert unread.reason.startswith("Route web: ${DOMAIN}, ${ZONE:=org} is not replaced here")


def test_files_with_one_reason_stand_together(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "image: a\n", "b/c.yaml": "image: c\n", "compose.yaml": "services: {web: {image: a}}\n"})
    found = find_manifests(FOLDERS["small"], tmp_path, "home", None, unbuilt)
    assert found.unread == (
        "a.yaml, b/c.yaml: an object needs apiVersion, kind and metadata.name",
        "compose.yaml: of Docker Compose: homelab adopt compose FILE",
    )


def test_addresses_in_a_file_are_of_its_owner_and_what_is_left_out_says_why(tmp_path: Path) -> None:
    named = "metadata: {name: nas}"
    release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {}\n"
    nas = f"apiVersion: v1\nkind: Service\n{named}\nspec: {{ports: [{{port: 80}}]}}\n"
    subsets = "subsets: [{addresses: [{ip: 192.0.2.5}], ports: [{port: 80}]}]\n"
    addresses = f"apiVersion: v1\nkind: Endpoints\n{named}\n{subsets}"
    empty = "apiVersion: v1\nkind: Namespace\nmetadata: {name: empty}\n"
    write(tmp_path, {"a.yaml": "---\n".join((release, nas, addresses, empty))})
    found = find_manifests(FOLDERS["small"], tmp_path, "home", None, unbuilt)
    assert found.unread == (
        "Namespace/empty: no service uses it",
        "HelmRelease.helm.toolkit.fluxcd.io/home/a: left out, it is of Flux; a chart: homelab adopt chart",
    )
    assert "kind: Endpoints" in found.files["services/home/as-found.yaml"]
