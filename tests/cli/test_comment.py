"""`homelab comment`: one comment for a pull request, from the reports of other commands."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from cli.baseline import side_of
from cli.reports.comparison import comparison_of, comparison_report
from cli.reports.guard import consequence_of
from cli.text.comment import comment
from operations.guard.consequence import Consequence
from operations.guard.ending import Ending, Stop
from operations.guard.judgement import Judgement
from operations.guard.objects.live import Unasked
from operations.review.review import NotChecked, Review, standing
from plan.changes.comparison import (
    Comparison,
    Difference,
    FigureChange,
    FileChange,
    LossChange,
    SubjectChange,
    VerdictChange,
    compare,
)
from plan.changes.files import Subject
from plan.model import Severity
from tests.cli.conftest import Homelab, raise_memory
from tests.operations.review.forge import FakeForge, running
from tests.plan.labs import ROOT, change, plan_of

LIMIT = 65_536
"""Characters that GitHub takes; more is refused."""
PREVIEWS = ROOT / "tests" / "operations" / "guard" / "previews"
Reports = Callable[..., list[str]]


@pytest.fixture
def reports(committed: Path, homelab: Homelab) -> Reports:
    """Writes the reports of a change of the lab, and gives the options that name them."""

    def write(preview: Path | None = None) -> list[str]:
        named = {"plan": ["plan"], "change": ["plan", "--against", "HEAD"]}
        named |= {"guard": ["guard", str(preview)]} if preview else {}
        for name, arguments in named.items():
            lab = [] if name == "guard" else ["--lab", str(committed)]
            Path(f"{name}.json").write_text(homelab(*arguments, *lab, "--format", "json").stdout, encoding="utf-8")
        options = [word for name in named for word in (f"--{name}", f"{name}.json")]
        return [*options, "--lab", str(committed)]

    return write


def test_a_change_that_harms_nothing_says_so_first(reports: Reports, committed: Path, homelab: Homelab) -> None:
    raise_memory(committed)
    result = homelab("comment", *reports())
    first, _, counts = result.stdout.splitlines()[:3]
    assert result.exit_code == 0
    assert first == "### labs/every&#95;kind: nothing that runs is damaged"
    assert counts.startswith("**Steps**: 1 harmless (steps are predicted from the files). **Findings**: no errors, ")
    assert "**Changes**: 1 service changed." in counts


def test_a_preview_is_not_checked_where_it_did_not_run(reports: Reports, committed: Path, homelab: Homelab) -> None:
    raise_memory(committed)
    text = homelab("comment", *reports()).stdout
    assert "**Not checked**\n\n- The preview of the engine: did not run\n" in text


def test_damage_fails_and_is_named_before_anything_else(reports: Reports, homelab: Homelab) -> None:
    result = homelab("comment", *reports(PREVIEWS / "memory-doubled.json"))
    assert result.exit_code == 1
    assert result.stdout.startswith("### labs/every&#95;kind: do not merge this\n")
    assert "4 would do damage, 1 harmless (by a preview)" in result.stdout
    assert "- error <code>UNMOUNT:k8s-node2</code> by disks.speed: The provider rewrites all disks" in result.stdout
    assert "- <code>Homelab-Allow: UNMOUNT:k8s-node2</code>" in result.stdout
    assert "- whether the last <code>up</code> was cut off" in result.stdout


def test_what_its_last_commit_allows_is_named(reports: Reports, homelab: Homelab) -> None:
    text = homelab("comment", *reports(), "--proposes", "DELETE:data", "--proposes=--lab<b>").stdout
    assert "**Allows**: <code>DELETE:data</code>, <code>" in text
    assert "<b>" not in text
    assert "**Allows**" not in homelab("comment", *reports()).stdout


def test_what_came_is_a_caution_and_does_not_fail() -> None:
    finding = dict.fromkeys(("code", "path", "message", "fix", "file", "line"), "x")
    verdicts = {
        severity: VerdictChange("added", finding | {"severity": severity}, False)
        for severity in ("error", "warning", "info")
    }
    gone = verdicts["warning"]._replace(status="removed")
    counts: dict[Severity, int] = {"error": 0, "warning": 1, "info": 0}
    for verdict, wanted in (
        (verdicts["warning"], "caution"),
        (verdicts["error"], "caution"),
        (verdicts["info"], "fine"),
        (gone, "fine"),
    ):
        comparison = Comparison("main", (), (), (verdict,), ())
        review = Review("prod", (), counts, comparison, (), None, ())
        assert standing(review) == wanted
        assert "**Findings that came or went**" in comment(review)
    assert standing(review._replace(counts=counts | {"error": 1})) == "fails"


def test_another_build_of_an_image_is_routine(reports: Reports, committed: Path, homelab: Homelab) -> None:
    service = committed / "services" / "door.yaml"
    image = re.search(r"^image: (.*)$", service.read_text(encoding="utf-8"), re.MULTILINE)
    assert image is not None
    change(committed, [{"file": "services/door.yaml", "old": image[1], "new": f"{image[1]}@sha256:{'a' * 64}"}])
    text = homelab("comment", *reports()).stdout
    assert text.splitlines()[0] == "### labs/every&#95;kind: routine"
    assert "<summary>Routine: 1 change of images alone</summary>" in text


def test_an_invalid_lab_fails_with_all_of_its_mistakes(reports: Reports, committed: Path, homelab: Homelab) -> None:
    change(committed, [{"file": "services/sweeper.yaml", "old": "tier: aux", "new": "tier: auks"}])
    result = homelab("comment", *reports())
    assert result.exit_code == 1
    assert "The lab is not valid: 1 mistake." in result.stdout
    assert "labs/every&#95;kind/services/sweeper.yaml:" in result.stdout


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format_version": 1}', '{"format_version": 3, "lab": 1}'])
def test_a_plan_that_cannot_be_read_is_not_fine(content: str, reports: Reports, homelab: Homelab) -> None:
    options = reports()
    Path("plan.json").write_text(content, encoding="utf-8")
    result = homelab("comment", *options)
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)
    assert "- The plan: plan.json is " in result.stdout


def test_a_preview_that_was_refused_is_not_fine(reports: Reports, homelab: Homelab) -> None:
    Path("guard.json").write_text(homelab("guard", "nowhere.json", "--format", "json").stdout, encoding="utf-8")
    result = homelab("comment", *reports(), "--guard", "guard.json")
    assert result.exit_code == 1
    assert "- The preview of the engine: nowhere.json cannot be read" in result.stdout


def test_it_is_put_on_the_pull_request_and_edited_there(
    reports: Reports,
    committed: Path,
    homelab: Homelab,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORGE_TOKEN", "the-token")
    with running(FakeForge("gitea")) as forge:
        put = ["--pull-request", "12", "--api", forge.address, "--repository", "me/lab"]
        first = homelab("comment", *reports(), *put)
        raise_memory(committed)
        second = homelab("comment", *reports(), *put)
    assert (first.stdout, second.stdout) == (
        "Comment on pull request 12: created.\n",
        "Comment on pull request 12: edited.\n",
    )
    assert len(forge.comments) == 1
    assert "1 service changed" in forge.comments[0]["body"]


def test_without_a_token_it_says_which_variable(
    reports: Reports, homelab: Homelab, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FORGE_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    put = ["--pull-request", "12", "--api", "http://127.0.0.1:9", "--repository", "me/lab"]
    result = homelab("comment", *reports(), *put)
    assert (result.exit_code, result.stderr) == (2, "homelab: there is no token: set FORGE_TOKEN or GITHUB_TOKEN\n")


HOSTILE = (
    "</summary></details>\n\n# Headline @everyone see #12 ![x](https://evil.example/x.png) <img src=x onerror=y>"
    " [click](javascript:x) https://evil.example www.evil.example `code` `` ``` ~~~ | * _ \x1b[2J \u202e --- $x$"
)


def hostile_review(count: int) -> Review:
    """A review of which every text is written by somebody who means no good."""
    finding = dict.fromkeys(("code", "path", "message", "fix", "file", "line"), HOSTILE) | {"severity": "error"}
    consequence = Consequence("REPLACE", "error", HOSTILE, (HOSTILE,), HOSTILE, HOSTILE)
    image = Difference("spec.image", "door:1", "door:1@sha256:" + HOSTILE)
    subject = SubjectChange(
        Subject("service", HOSTILE), "changed", (FileChange(HOSTILE, "changed", (Difference(HOSTILE, HOSTILE, 1),)),)
    )
    routine = SubjectChange(Subject("service", HOSTILE), "changed", (FileChange("a", "changed", (image,)),))
    comparison = Comparison(
        HOSTILE,
        tuple(subject._replace(subject=Subject("service", f"{number}{HOSTILE}")) for number in range(count))
        + (routine,) * count,
        tuple(FigureChange(f"{number} {HOSTILE}", HOSTILE, HOSTILE, HOSTILE) for number in range(count)),
        tuple(VerdictChange("added", finding, False) for _ in range(count)),
        tuple(LossChange("node", HOSTILE, (), (HOSTILE,)) for _ in range(count)),
    )
    ending = Ending(tuple(Stop(HOSTILE, False, HOSTILE, (HOSTILE,), HOSTILE) for _ in range(count)), (), 0, 0, 0, 0)
    judgement = Judgement((consequence,) * count, frozenset(), ending, (Unasked("pending", 1, (HOSTILE,)),))
    gaps = (NotChecked("plan", HOSTILE, True),)
    return Review(HOSTILE, (HOSTILE,) * count, None, comparison, (), judgement, gaps)


@pytest.mark.parametrize("count", [1, 3])
def test_nothing_in_a_lab_becomes_markup(count: int) -> None:
    text = comment(hostile_review(count), "https://forge.example/run/1")
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert [token.content for token in tokens if token.type == "inline" and token.content.startswith("Headline")] == []
    assert sum(token.type == "heading_open" for token in tokens) == 1
    assert [child.attrs["href"] for child in inline if child.type == "link_open"] == ["https://forge.example/run/1"]
    assert not [child for child in inline if child.type == "image"]
    assert {child.content for child in inline if child.type == "html_inline"} <= {"<code>", "</code>"}
    blocks = "".join(token.content for token in tokens if token.type == "html_block")
    assert set(re.findall(r"<[^>]*>", blocks)) <= {
        "<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>"
    }  # fmt: skip
    assert text.count("<details>") == text.count("</details>") == text.count("<summary>")
    assert text.isprintable() or set(text) - set("\n") == {sign for sign in text if sign.isprintable()}


def test_nobody_is_mentioned_and_nothing_is_linked() -> None:
    text = comment(hostile_review(2))
    outside_code = html.unescape(re.sub(r"<code>.*?</code>", "", text))
    assert re.findall(r"@\w|#\d|://|www\.\w", outside_code) == []


@pytest.mark.parametrize("count", [1, 50, 3000])
def test_no_path_is_longer_than_a_forge_takes(count: int) -> None:
    text = comment(hostile_review(count), "https://forge.example/" + "x" * 300)
    assert len(text) < LIMIT
    assert text.endswith("x)\n")
    assert text.count("<details>") == text.count("</details>")


def test_a_comment_on_ten_times_prod_fits() -> None:
    before, after = side_of(plan_of("small"), "main (1a2b3c4)"), side_of(plan_of("prod"), "prod")
    once = compare(before, after)
    ten = once._replace(
        subjects=tuple(
            each._replace(subject=Subject(each.subject.kind, f"{each.subject.name}-{number}"))
            for number in range(10)
            for each in once.subjects
        ),
        figures=tuple(each._replace(of=f"{each.of}-{number}") for number in range(10) for each in once.figures),
        verdicts=once.verdicts * 10,
        losses=once.losses * 10,
    )
    consequences = tuple(
        Consequence("ROLLOUT", "warning", f"Deployment/{each.subject.name}", ("image",), "Its pods are replaced.", "")
        for each in ten.subjects
    )
    text = comment(Review("prod", (), {"error": 0, "warning": 1, "info": 2}, ten, consequences, None, ()))
    assert len(ten.subjects) > 2500
    assert 40_000 < len(text) < LIMIT
    assert " more left out for their length: " in text


def test_reports_are_read_back_as_they_were() -> None:
    comparison = compare(side_of(plan_of("small"), "small"), side_of(plan_of("prod"), "prod"))
    consequence = Consequence("REPLACE", "error", "k8s-node3", ("clone",), "It is deleted.", "take it back")
    report = comparison_report(comparison, (consequence,))
    again = comparison_report(comparison_of(report), tuple(map(consequence_of, report.consequences)))
    assert again == report


def test_what_was_allowed_is_no_damage() -> None:
    consequence = Consequence("REPLACE", "error", "k8s-node3", (), "It is deleted.", "")
    judgement = Judgement((consequence,), frozenset(("REPLACE:k8s-node3",)), Ending((), (), 0, 0, 0, 0), ())
    review = Review("prod", (), {"error": 0, "warning": 0, "info": 0}, None, (), judgement, ())
    assert standing(review) == "caution"
    assert standing(review._replace(judgement=judgement._replace(allowed=frozenset()))) == "fails"


def test_errors_are_named_though_nobody_knows_the_change() -> None:
    """Also those that were there before the change, which the verdict counts as well."""
    errors = tuple(
        {"code": code, "severity": "error", "path": "services.door", "about": "", "message": "it does not fit",
         "file": None, "line": None, "fix": "make room", "facts": {}}
        for code in ("QUOTA-EXCEEDED", "DOES-NOT-FIT")
    )  # fmt: skip
    review = Review("prod", (), {"error": 2, "warning": 0, "info": 0}, None, (), None, (), errors)
    text = comment(review)
    assert text.index("**Errors**") < text.index("QUOTA-EXCEEDED") < text.index("DOES-NOT-FIT")
    came = Comparison("main", (), (), (VerdictChange("added", errors[0], is_latent=False),), ())
    text = comment(review._replace(comparison=came))
    assert text.count("QUOTA-EXCEEDED") == 1
    assert text.index("**Errors that were there before**") < text.index("DOES-NOT-FIT")
