"""A lab of an older format keeps its meaning, and its files all that no rule is about."""

import re
import shutil
from pathlib import Path

import pytest

from config.format import NEWEST_FORMAT
from config.load import InvalidLab, load_lab
from config.source import Place
from operations.migrate import Migrated, migrate
from operations.migrate.insertion import Insertion, inserted
from tests.plan.labs import FOLDERS, change, lab_of

LEFT_OUT = (r", reach: internet", r"(?m)^publish: .*\n")
"""Keys that a lab of the first format could do without."""


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A lab as it was in the first format."""
    lab = Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))
    for file in lab.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        for pattern in LEFT_OUT:
            text = re.sub(pattern, "", text)
        file.write_text(text, encoding="utf-8")
    return lab


def written(lab: Path) -> Migrated:
    """The migrated files, written into the lab."""
    migrated = migrate(lab)
    for each in migrated.files:
        (lab / each.file).write_text(each.text, encoding="utf-8")
    return migrated


def test_routes_stay_open_ports_stay_published_and_pods_run_as_before(first: Path) -> None:
    assert written(first).problems == ()
    lab, before = load_lab(first), lab_of("every_kind")
    for name, service in before.services.items():
        assert lab.services[name].expose == service.expose
        assert lab.services[name].publish == service.publish
    assert {each.pod_security for each in lab.tiers.values()} == {"baseline"}
    assert lab.site.format == NEWEST_FORMAT


def test_nothing_is_left_to_migrate_afterwards(first: Path) -> None:
    written(first)
    assert migrate(first) == Migrated(NEWEST_FORMAT, (), ())


def test_a_run_that_is_broken_off_between_two_files_is_continued_by_the_next(first: Path, tmp_path: Path) -> None:
    """The files are put in their places in this order."""
    files = migrate(first).files
    assert len(files) > 2
    for count in range(len(files)):
        lab = Path(shutil.copytree(first, tmp_path / str(count)))
        for each in files[:count]:
            (lab / each.file).write_text(each.text, encoding="utf-8")
        written(lab)
        assert {each.file: (lab / each.file).read_text(encoding="utf-8") for each in files} == {
            each.file: each.text for each in files
        }


@pytest.mark.parametrize("name", ["prod", "small", "every_key"])
def test_the_labs_of_this_version_have_its_format(name: str) -> None:
    assert migrate(FOLDERS[name]) == Migrated(NEWEST_FORMAT, (), ())


def test_comments_and_all_other_lines_stay(first: Path) -> None:
    for each in migrate(first).files:
        before = (first / each.file).read_text(encoding="utf-8")
        assert re.findall(r"#.*", each.text) == re.findall(r"#.*", before)
        gone = [line[1:] for line in each.diff.splitlines()[2:] if line.startswith("-")]
        assert all("host:" in line for line in gone)


def test_why_a_file_changes_is_said_of_each(first: Path) -> None:
    why = {each.file: each.why for each in migrate(first).files}
    assert why["services/photos.yaml"] == (
        "a route is for the networks of the site unless it says otherwise; it was open to the internet",
        "a load balancer publishes the ports that it names; it published all without a route",
    )
    assert why["site.yaml"] == ("the lab has format 2",)


@pytest.mark.parametrize(
    ("exceptions", "added"),
    [
        ("", "exceptions: {no-sign-in: It was open to the internet before the lab had format 2.}"),
        (
            "exceptions:\n  root-user: Its image starts as root.\n",
            "  no-sign-in: It was open to the internet before the lab had format 2.\n  root-user:",
        ),
        ("exceptions: {root-user: Its image starts as root.}\n", "{no-sign-in: It was open"),
    ],
)
def test_a_route_without_sign_in_gets_the_exception_that_it_needs(first: Path, exceptions: str, added: str) -> None:
    change(first, [{"file": "services/door.yaml", "old": "auth: app", "new": "auth: none"}])
    file = first / "services" / "door.yaml"
    text = re.sub(r"(?ms)^exceptions:.*?(?=^\S|\Z)", "", file.read_text(encoding="utf-8"))
    file.write_text(text.rstrip("\n") + "\n" + exceptions, encoding="utf-8")
    (changed,) = (each for each in migrate(first).files if each.file == "services/door.yaml")
    assert added in changed.text
    written(first)
    assert "no-sign-in" in load_lab(first).services["door"].exceptions


def test_a_lab_that_states_an_older_format_is_refused_and_migrated(first: Path) -> None:
    change(first, [{"file": "site.yaml", "old": "domain:", "new": "format: 1 # of last year\ndomain:"}])
    with pytest.raises(InvalidLab, match="`homelab migrate` shows what"):
        load_lab(first)
    assert written(first).stated == 1
    assert "format: 2 # of last year\n" in (first / "site.yaml").read_text(encoding="utf-8")
    assert load_lab(first)


def test_a_lab_of_a_newer_format_is_refused(first: Path) -> None:
    change(first, [{"file": "site.yaml", "old": "domain:", "new": "format: 99\ndomain:"}])
    with pytest.raises(InvalidLab, match=f"this version of the program reads format {NEWEST_FORMAT}; update it"):
        load_lab(first)
    assert migrate(first).files == ()


def test_a_file_that_cannot_be_read_keeps_all_others_from_being_written(first: Path) -> None:
    change(first, [{"file": "services/door.yaml", "old": "tier:", "new": "tire:"}])
    assert not migrate(first).is_whole


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: {host: b}\n", "a: {host: b, reach: lan}\n"),
        ("a: {host: b, auth: app} # c\n", "a: {host: b, reach: lan, auth: app} # c\n"),
        ('a: {host: "b, c", auth: app}\n', 'a: {host: "b, c", reach: lan, auth: app}\n'),
        ("a: {host: [b], auth: app}\n", "a: {reach: lan, host: [b], auth: app}\n"),
        ("a: {host:\n  b}\n", "a: {reach: lan, host:\n  b}\n"),
        ("a:\n- host: b # c\n  auth: app\n", "a:\n- host: b # c\n  reach: lan\n  auth: app\n"),
        ("a:\n  - host: b", "a:\n  - host: b\n    reach: lan\n"),
        ("a:\r\n  host: b\r\n", "a:\r\n  host: b\r\n  reach: lan\r\n"),
        ("a:\n  host: |\n    b\n", "a:\n  reach: lan\n  host: |\n    b\n"),
        ("a:\n  host: b c\n", "a:\n  reach: lan\n  host: b c\n"),
    ],
)
def test_a_key_comes_after_a_value_on_its_line_and_else_before_it(text: str, wanted: str) -> None:
    before = text.partition("host")[0]
    place = Place("file", before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    assert inserted(text, [(place, Insertion(("a",), "host", "reach", "lan"))]) == wanted
