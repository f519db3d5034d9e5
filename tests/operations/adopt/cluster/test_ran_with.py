"""Errors of what runs are said in the files of its services, so that they do not stop the take-over."""

from pathlib import Path
from typing import Any

from cli.reports.adopt_cluster import cluster_report
from config.load import load_lab
from config.writing import write_lab
from operations.adopt.cluster.adoption import Adoption, Wishes, adopt_cluster
from operations.adopt.cluster.ran_with import with_errors_said
from plan import Manifest, make_plan
from tests.operations.adopt.cluster.shed import SHORT, objects

REPOSITORIES = {"metrics": "https://charts.shed.example"}


def adopted(lab: Path, *further: Manifest, **wishes: Any) -> Adoption:
    adoption = adopt_cluster(lab, [*objects(), *further], Wishes(repositories=REPOSITORIES, **wishes))
    write_lab(lab, adoption.files)
    return adoption


def test_an_error_of_what_runs_is_told_and_stops_nothing(tmp_path: Path) -> None:
    adoption = adopted(tmp_path / "shed", SHORT)
    assert [each.code for each in adoption.ran_with] == ["RENEWED-BEFORE-ISSUED"]
    assert not adoption.errors
    assert (
        cluster_report(adoption, dry_run=False, gaps=(), trial=None).ran_with[0].startswith("RENEWED-BEFORE-ISSUED: ")
    )
    plan = make_plan(load_lab(tmp_path / "shed"))
    assert plan.errors == ()
    (warned,) = (each for each in plan.findings if each.code == "RENEWED-BEFORE-ISSUED")
    assert warned.severity == "warning"
    assert warned.message.endswith("it ran so before: It ran so when it was adopted")


def test_the_same_error_elsewhere_stops_as_before(tmp_path: Path) -> None:
    adopted(tmp_path / "shed", SHORT)
    (file,) = (each for each in (tmp_path / "shed" / "services").rglob("*.yaml") if "renewBefore" in each.read_text())
    text = file.read_text(encoding="utf-8")
    second = text.replace("name: pages\n", "name: further\n", 1)
    file.write_text(f"{text}---\n{second}", encoding="utf-8")
    errors = make_plan(load_lab(tmp_path / "shed")).errors
    assert {each.code for each in errors} == {"RENEWED-BEFORE-ISSUED"}


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    adopted(tmp_path / "shed", SHORT)
    assert adopted(tmp_path / "shed", SHORT).files == {}


def test_what_stands_in_files_does_not_run_and_may_not_be_wrong(tmp_path: Path) -> None:
    adoption = adopted(tmp_path / "shed", SHORT, runs=False)
    assert adoption.ran_with == ()
    assert [each.code for each in adoption.plan.errors] == ["RENEWED-BEFORE-ISSUED"]
    assert adoption.errors


def test_an_error_of_what_an_up_would_change_stops_it(tmp_path: Path) -> None:
    """A lab that states it otherwise than it runs."""
    adoption = adopted(tmp_path / "shed", SHORT)
    (service,) = (each for each in adoption.added if any("renewBefore" in text for text in each.files.values()))
    plain = service._replace(files={path: text.partition("ran_with:")[0] for path, text in service.files.items()})
    files = {**adoption.files, **{f"services/{path}": text for path, text in plain.files.items()}}
    lab = tmp_path / "other"
    write_lab(lab, files)
    plan = make_plan(load_lab(lab))
    (key,) = (each for each in service.objects if each.kind == "Certificate")
    change = adoption.differences[0]._replace(key=key, path=("spec", "secretName"), effect="re-created")
    assert with_errors_said(lab, files, [plain], plan, [change]).errors == ()
    assert len(with_errors_said(lab, files, [plain], plan, [change._replace(effect="in place")]).errors) == 1
