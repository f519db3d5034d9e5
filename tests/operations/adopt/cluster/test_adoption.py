"""A cluster becomes a lab that loads, plans, and whose plan changes nothing of what runs."""

from pathlib import Path

import pytest

from cli.reports.adopt_cluster import cluster_report
from config.load import load_lab
from config.service import AppService
from config.writing import write_lab
from operations.adopt.cluster.adoption import Adoption, Wishes, adopt_cluster
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.origins import Own
from plan import make_plan
from tests.operations.adopt.cluster.shed import objects, world

WISHES = Wishes(repositories={"metrics": "https://charts.shed.example"})


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    return tmp_path / "shed"


def adopted(lab: Path, wishes: Wishes = WISHES) -> Adoption:
    adoption = adopt_cluster(lab, objects(), wishes)
    write_lab(lab, adoption.files)
    return adoption


def test_every_object_is_in_a_service_or_has_a_reason_why_not(lab: Path) -> None:
    adoption = adopted(lab)
    assert adoption.not_written == ()
    placed = {key for each in adoption.added for key in (*each.objects, *each.kept)}
    placed |= {*adoption.left_out, *adoption.unused}
    stated = {key for key, origin in world().origins.items() if isinstance(origin, Own)}
    assert stated - placed == {Key("Namespace", "", name) for name in ("photos", "tools", "monitoring")}


def test_applying_the_lab_changes_labels_and_annotations_alone(lab: Path) -> None:
    found = adopted(lab).differences
    assert {each.effect for each in found} == {"created", "in place"}
    assert {each.key.kind for each in found if each.effect == "created"} == {"PriorityClass"}
    assert {each.path[:2] for each in found if each.effect == "in place"} <= {
        ("metadata", "labels"),
        ("metadata", "annotations"),
    }


def test_the_lab_that_is_written_loads_and_plans_every_workload(lab: Path) -> None:
    adopted(lab)
    plan = make_plan(load_lab(lab))
    assert plan.errors == ()
    names = {(workload.controller, workload.name) for workload in plan.workloads}
    assert names >= {("Deployment", "photos-web"), ("StatefulSet", "photos-db"), ("Deployment", "metrics")}


def test_a_second_run_changes_nothing(lab: Path) -> None:
    first = adopted(lab)
    before = {file: file.read_bytes() for file in lab.rglob("*.yaml")}
    second = adopted(lab)
    assert second.files == {}
    assert {each.name for each in second.known} == {each.name for each in first.added}
    assert {file: file.read_bytes() for file in lab.rglob("*.yaml")} == before


def test_a_service_that_came_later_is_added_and_files_stay_as_they_are(lab: Path) -> None:
    adopted(lab)
    (lab / "services" / "paste.yaml").unlink()
    wiki = lab / "services" / "wiki.yaml"
    wiki.write_text(f"# kept by hand\n{wiki.read_text()}")
    before = wiki.read_bytes()
    assert set(adopted(lab).files) == {"services/paste.yaml"}
    assert wiki.read_bytes() == before


def test_a_namespace_keeps_its_name_and_its_tier(lab: Path) -> None:
    adopted(lab)
    services = load_lab(lab).services
    assert (services["photos"].namespace, services["photos"].tier) == ("photos", "home")
    assert (services["wiki"].namespace, services["wiki"].tier) == ("tools", "unsorted")


def test_a_namespace_without_a_tier_gets_no_label_of_one(lab: Path) -> None:
    manifests = {each.name: each.manifest for each in adopted(lab).plan.namespaces}
    assert "tier" not in manifests["tools"]["metadata"]["labels"], "a policy of somebody else may look for it"


def test_no_secret_stands_in_any_file(lab: Path) -> None:
    adoption = adopted(lab)
    assert all("redacted" not in content for content in adoption.files.values())
    asked = [
        one for each in adoption.added for one in each.questions if one.what in ("secret-withheld", "secret-value")
    ]
    assert {name for one in asked for name in one.names} == {"adminPassword", "main: WIKI_PASSWORD"}


def test_a_chart_of_which_nobody_knows_the_repository_is_asked_and_not_written(lab: Path) -> None:
    adoption = adopted(lab, Wishes())
    (refused,) = adoption.not_written
    assert refused.service.name == "metrics"
    assert "repository-unknown" in {each.what for each in refused.service.questions}
    assert "services/metrics.yaml" not in adoption.files
    assert adoption.errors


def test_errors_of_the_plan_are_errors_of_the_adoption_since_nothing_can_be_taken_over(lab: Path) -> None:
    assert not adopted(lab).errors
    huge = "kind: app\ntier: home\ndescription: Too large\nimage: a:1\nports: {http: 80}\ncpu: 2\nmemory: 900Gi\n"
    (lab / "services" / "huge.yaml").write_text(huge)
    adoption = adopted(lab)
    assert [each.code for each in adoption.plan.errors] == [each.partition(":")[0] for each in reported(adoption)]
    assert adoption.errors


def reported(adoption: Adoption) -> tuple[str, ...]:
    return cluster_report(adoption, dry_run=True, gaps=(), trial=None).errors


def test_a_release_is_measured_and_its_objects_are_not_declared(lab: Path) -> None:
    adopted(lab)
    plan = make_plan(load_lab(lab))
    planned = {key_of(each) for each in plan.manifests}
    assert Key("Deployment", "monitoring", "metrics") not in planned
    release = next(each.release for each in plan.services if each.name == "metrics")
    assert release is not None
    assert (release.chart, release.version, dict(release.values)) == ("metrics", "3.1.0", {"retention": "30d"})


def test_a_deployment_becomes_an_app_where_that_is_shorter_and_changes_nothing(lab: Path) -> None:
    adoption = adopted(lab)
    kinds = {each.name: each.kind for each in adoption.added}
    assert (kinds["paste"], kinds["wiki"]) == ("app", "app")
    assert kinds["probe"] == "objects", "a pod alone is no workload that the program would write"
    assert {each.effect for each in adoption.differences} == {"created", "in place"}
    wiki = load_lab(lab).services["wiki"]
    assert isinstance(wiki, AppService)
    assert (wiki.image, wiki.adopt.name, wiki.adopt.container) == ("example.com/wiki:latest", "wiki-deployment", "main")


def test_a_dry_run_leaves_no_trace(lab: Path) -> None:
    adopt_cluster(lab, objects(), WISHES)
    assert not lab.exists()
