"""Snippets in annotations of Ingresses, beside what the values of their controller allow."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from tests.plan.labs import ROOT, change

CHART = """
kind: helm
tier: core
description: Another ingress controller
chart: {{name: ingress-nginx, repository: https://kubernetes.github.io/ingress-nginx, version: {version}}}
values: {{controller: {{ingressClassResource: {{name: nginx, default: false}}{values}}}}}
footprint: {{nginx: {{containers: {{controller: {{cpu: 1m, memory: 64Mi, values: controller.resources}}}}}}}}
"""
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: pages, annotations: {{{annotation}: "x"}}}}
spec:
  ingressClassName: {name}
  defaultBackend: {{service: {{name: wiki, port: {{number: 80}}}}}}
"""
ALLOWED = ", allowSnippetAnnotations: true"
RISKY = f"{ALLOWED}, config: {{annotations-risk-level: Critical}}"
SNIPPET = "nginx.ingress.kubernetes.io/configuration-snippet"


@pytest.mark.parametrize(
    ("version", "values", "name", "annotation", "fix"),
    [
        (
            "4.13.2",
            "",
            "nginx",
            SNIPPET,
            "controller.allowSnippetAnnotations: true and controller.config.annotations-risk",
        ),
        ("4.13.2", ALLOWED, "nginx", "nginx.ingress.kubernetes.io/server-snippet", "annotations-risk-level: Critical"),
        ("4.10.0", "", "nginx", SNIPPET, "controller.allowSnippetAnnotations: true in the values of nginx"),
        ("4.13.2", RISKY, "nginx", SNIPPET, None),
        ("4.10.0", ALLOWED, "nginx", SNIPPET, None),
        ("4.13.2", "", "traefik", SNIPPET, None),
        ("4.13.2", "", "nginx", "nginx.ingress.kubernetes.io/proxy-body-size", None),
    ],
)
def test_a_snippet_is_told_of_where_the_values_do_not_allow_it(
    tmp_path: Path, version: str, values: str, name: str, annotation: str, fix: str | None
) -> None:
    folder = Path(shutil.copytree(ROOT / "tests" / "incidents" / "lab", tmp_path / "lab"))
    edits = [
        {"file": "services/nginx.yaml", "new": CHART.format(version=version, values=values)},
        {"file": "services/wiki.yaml", "old": "replicas: 2", "new": "replicas: 2\nobjects: [pages.yaml]"},
        {"file": "services/wiki/pages.yaml", "new": INGRESS.format(annotation=annotation, name=name)},
    ]
    change(folder, edits)
    found = [each for each in make_plan(load_lab(folder)).findings if each.code == "SNIPPET-REFUSED"]
    assert [fix in each.fix for each in found if fix] == [True] * (fix is not None)
    assert len(found) == (fix is not None)
