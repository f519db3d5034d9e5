"""`homelab plan --against`: effects of a change of the lab, compared with a git revision or a rendered folder."""

import json
import shutil
from pathlib import Path

import pytest

from cli.baseline import side_of
from cli.text.comparison import loss_line
from cli.text.comparison_markdown import to_markdown
from cli.text.markdown import LONGEST
from plan.changes.comparison import LossChange, compare
from tests.cli.conftest import Homelab, git, raise_memory
from tests.plan.labs import change, plan_of


def test_a_revision_is_read_without_touching_the_working_tree(committed: Path, homelab: Homelab) -> None:
    raise_memory(committed)
    result = homelab("plan", "--lab", committed, "--against", "HEAD")
    assert result.exit_code == 0
    first = result.stdout.splitlines()[0]
    assert first.startswith("labs/every_kind compared with HEAD (")
    assert first.endswith("): 1 service changed")
    assert (
        "  deployment-door: spec.template.spec.containers[door].resources.limits.memory 512Mi -> 640Mi" in result.stdout
    )
    assert "Its pods are replaced one by one, a new one before an old one goes." in result.stdout
    assert "memory: 640Mi" in (committed / "services" / "door.yaml").read_text(encoding="utf-8")


def test_a_rendered_folder_tells_the_same(committed: Path, homelab: Homelab) -> None:
    homelab("render", "rendered", "--lab", committed)
    raise_memory(committed)
    reports = [
        json.loads(homelab("plan", "--lab", committed, "--against", reference, "--format", "json").stdout)
        for reference in ("HEAD", "rendered")
    ]
    assert reports[1].pop("against") == "rendered"
    reports[0].pop("against")
    assert reports[0] == reports[1]
    assert [each["name"] for each in reports[0]["subjects"]] == ["door"]


def test_of_the_same_lab_nothing_is_said(committed: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", committed, "--against", "HEAD")
    assert "nothing that is declared is different" in result.stdout
    assert "No finding is new, changed or gone." in result.stdout
    assert len(result.stdout.splitlines()) == 3


def test_markdown_has_the_summary_first_and_folds_the_rest(committed: Path, homelab: Homelab) -> None:
    raise_memory(committed)
    text = homelab("plan", "--lab", committed, "--against", "HEAD", "--format", "markdown").stdout
    assert text.startswith("### labs/every&#95;kind compared with HEAD (")
    assert text.index("1 service changed.") < text.index("**Steps of an <code>up</code>, ") < text.index("<details>")
    assert text.count("<details>") == text.count("</details>") == 2
    assert text == homelab("plan", "--lab", committed, "--against", "HEAD", "--format", "markdown").stdout


def test_markdown_is_never_too_long_for_a_comment(
    committed: Path, homelab: Homelab, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = (committed / "services" / "door.yaml").read_text(encoding="utf-8")
    for number in range(24):
        text = door.replace("host: door", f"host: door-{number}").replace("cpu: 100m", "cpu: 1900m")
        (committed / "services" / f"door-{number}.yaml").write_text(text, encoding="utf-8")
    whole = homelab("plan", "--lab", committed, "--against", "HEAD", "--format", "markdown").stdout
    assert whole.count("</details>") > 24
    assert "more left out" not in whole
    assert len(whole) < LONGEST
    monkeypatch.setattr("cli.text.markdown.LONGEST", len(whole) - 2000)
    cut = homelab("plan", "--lab", committed, "--against", "HEAD", "--format", "markdown").stdout
    assert len(cut) <= len(whole) - 2000
    assert cut.count("<details>") == cut.count("</details>") > 10
    assert "more left out for their length: <code>homelab plan --against HEAD (" in cut


def test_an_unknown_revision_is_invalid_input(committed: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", committed, "--against", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no revision 'nowhere' here, and no rendered folder of that name" in result.stderr


def test_a_folder_that_was_not_rendered_is_invalid_input(committed: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", committed, "--against", "labs")
    assert (result.exit_code, result.stderr.startswith("homelab: labs is no lab and was not rendered")) == (2, True)


def test_a_revision_that_this_version_cannot_read_says_where(committed: Path, homelab: Homelab) -> None:
    change(committed, [{"file": "services/door.yaml", "old": "memory: 512Mi", "new": "memry: 512Mi"}])
    git("commit", "--quiet", "--all", "--message", "A mistake")
    change(committed, [{"file": "services/door.yaml", "old": "memry: 512Mi", "new": "memory: 512Mi"}])
    result = homelab("plan", "--lab", committed, "--against", "HEAD")
    assert result.exit_code == 2
    assert "is not valid for this version of the program (labs/every_kind/services/door.yaml:" in result.stderr
    assert "render it with the version of then" in result.stderr


def test_a_lab_that_is_in_no_repository_says_so(lab: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", lab, "--against", "HEAD")
    assert result.exit_code == 2
    assert "not a git repository" in result.stderr


def test_a_rendered_folder_that_was_cut_is_invalid_input(committed: Path, homelab: Homelab) -> None:
    homelab("render", "rendered", "--lab", committed)
    shutil.rmtree(Path("rendered") / "machines")
    result = homelab("plan", "--lab", committed, "--against", "rendered")
    assert (result.exit_code, "rendered is not as it was rendered" in result.stderr) == (2, True)


def test_markdown_needs_something_to_compare_with(lab: Path, homelab: Homelab) -> None:
    result = homelab("plan", "--lab", lab, "--format", "markdown")
    assert (result.exit_code, "--against" in result.stderr) == (2, True)


def test_an_error_of_the_new_plan_is_one_here_too(committed: Path, homelab: Homelab) -> None:
    change(committed, [{"file": "services/sweeper.yaml", "old": "cpu: 10m", "new": "cpu: 1500m"}])
    result = homelab("plan", "--lab", committed, "--against", "HEAD")
    assert result.exit_code == 1
    assert "+ error CPU-ABOVE-CAP services.sweeper.cpu  labs/every_kind/services/sweeper.yaml:9" in result.stdout


def test_what_is_the_same_of_several_is_told_once(committed: Path, homelab: Homelab) -> None:
    quota = "quota: {cpu: 2, memory: 4Gi, pods: 20}"
    change(committed, [{"file": "tiers.yaml", "old": quota, "new": quota.replace("4Gi", "5Gi")}])
    text = homelab("plan", "--lab", committed, "--against", "HEAD").stdout
    assert "~ 6 namespaces: aux-library, aux-nas, aux-photos, aux-sweeper, aux-watcher, feeds\n" in text
    assert text.count("resourcequota-tier-aux: spec.hard.requests.memory 4Gi -> 5Gi") == 1
    (figure,) = (line.split() for line in text.splitlines() if line.startswith("6 namespaces "))
    assert figure == ["6", "namespaces", "memory", "quota", "4Gi", "5Gi"]
    markdown = homelab("plan", "--lab", committed, "--against", "HEAD", "--format", "markdown").stdout
    names = "aux-library, aux-nas, aux-photos, aux-sweeper, aux-watcher, feeds"
    assert f"<summary>6 namespaces: {names} changed</summary>" in markdown


def test_of_long_values_the_part_is_shown_that_differs(committed: Path, homelab: Homelab) -> None:
    quota = "quota: {cpu: 2, memory: 4Gi, pods: 20}"
    change(committed, [{"file": "tiers.yaml", "old": quota, "new": quota.replace("20", "21")}])
    text = homelab("plan", "--lab", committed, "--against", "HEAD").stdout
    (line,) = (line for line in text.splitlines() if "generatingpolicy-resource-quota: " in line)
    assert '"pods": "20"' in line
    assert '"pods": "21"' in line


def test_a_pod_that_would_be_refused_when_it_is_made_anew_has_its_own_severity(
    committed: Path, homelab: Homelab
) -> None:
    quota = "quota: {cpu: 2, memory: 4Gi, pods: 20}"
    change(committed, [{"file": "tiers.yaml", "old": quota, "new": quota.replace("4Gi", "100Mi")}])
    text = homelab("plan", "--lab", committed, "--against", "HEAD").stdout
    assert "+ latent QUOTA-EXCEEDED services.photos" in text
    report = json.loads(homelab("plan", "--lab", committed, "--against", "HEAD", "--format", "json").stdout)
    severities = {each["path"]: each["severity"] for each in report["verdicts"] if each["code"] == "QUOTA-EXCEEDED"}
    assert severities["services.photos"] == "latent"


@pytest.mark.parametrize(("before", "after"), [("small", "prod"), ("prod", "every_kind")])
def test_markdown_of_two_labs_that_share_nothing_has_something_of_everything(before: str, after: str) -> None:
    comparison = compare(side_of(plan_of(before), before), side_of(plan_of(after), after))
    text = to_markdown(after, comparison, ())
    assert len(text.encode()) < 65_536
    assert text.count("<details>") == text.count("</details>") > 50
    assert "**Findings**" in text
    assert " figures</summary>" in text
    assert f"<code>homelab plan --against {before}</code> shows all of it." in text
    assert text == to_markdown(after, comparison, ())


def test_a_change_ends_with_a_verdict(committed: Path, homelab: Homelab) -> None:
    raise_memory(committed)
    text = homelab("plan", "--lab", committed, "--against", "HEAD").stdout
    assert text.splitlines()[-1] == "Nothing that runs is damaged, and no error or warning is new."
    change(committed, [{"file": "services/sweeper.yaml", "old": "cpu: 10m", "new": "cpu: 1500m"}])
    text = homelab("plan", "--lab", committed, "--against", "HEAD").stdout
    assert text.splitlines()[-1] == "Look at this before you apply it: 1 new error."
    markdown = homelab("plan", "--lab", committed, "--against", "HEAD", "--format", "markdown").stdout
    assert "**Look at this before you apply it: 1 new error.**" in markdown


def test_damage_fails_where_that_is_asked_for(committed: Path, homelab: Homelab) -> None:
    (committed / "services" / "queue.yaml").unlink()
    against = ("plan", "--lab", committed, "--against", "HEAD")
    assert homelab(*against).exit_code == 0
    result = homelab(*against, "--fail-on-damage")
    assert result.exit_code == 1
    assert "would do damage (DELETE:" in result.stdout.splitlines()[-1]


def test_a_loss_says_what_it_takes_in_addition() -> None:
    change = LossChange("node", "k8s-node1", ("gpu/plex", "gpu/frigate"), ("gpu/frigate", "aux/cyberchef"))
    assert loss_line(change) == ("when k8s-node1 dies, without a place or out of reach: + aux/cyberchef, - gpu/plex")


def test_the_folder_of_another_lab_is_compared_with(committed: Path, homelab: Homelab) -> None:
    other = committed.with_name("other")
    shutil.copytree(committed, other)
    change(other, [{"file": "services/door.yaml", "old": "memory: 512Mi", "new": "memory: 256Mi"}])
    result = homelab("plan", "--lab", committed, "--against", other)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "service door" in result.stdout


def test_the_folder_of_a_lab_that_is_not_valid_says_where(committed: Path, homelab: Homelab) -> None:
    other = committed.with_name("other")
    shutil.copytree(committed, other)
    change(other, [{"file": "services/door.yaml", "old": "memory: 512Mi", "new": "memory: 512"}])
    result = homelab("plan", "--lab", committed, "--against", other)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"homelab: the lab of {other} is not valid: {other}/services/door.yaml:")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (".rendered-by-homelab", "../outside\n", "leads out of"),
        (".rendered-by-homelab", "/etc/passwd\n", "leads out of"),
        ("plan.json", "[]", "is in format None"),
        ("plan.json", '{"format_version": 3, "lab": 1}', "is no plan: "),
        ("plan.json", "[" * 100_000, "is not as it was rendered: "),
        ("kyverno/deep.yaml", "[" * 200_000, "is not as it was rendered: it is nested too deeply"),
        ("kyverno/deep.yaml", "a: [1", "is not as it was rendered: "),
    ],
)
def test_a_rendered_folder_of_another_shape_is_refused_in_a_sentence(
    name: str, content: str, sentence: str, committed: Path, tmp_path: Path, homelab: Homelab
) -> None:
    rendered = tmp_path / "rendered"
    homelab("render", "--lab", committed, rendered)
    listed = rendered / ".rendered-by-homelab"
    (rendered / name).parent.mkdir(exist_ok=True)
    (rendered / name).write_text(content)
    if "deep" in name:
        listed.write_text(f"{listed.read_text()}{name}\n")
    result = homelab("plan", "--lab", committed, "--against", rendered)
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_link_out_of_the_lab_is_refused_in_a_sentence(committed: Path, homelab: Homelab) -> None:
    (committed / "groups.yaml").rename(committed.parent / "shared.yaml")
    (committed / "groups.yaml").symlink_to((committed.parent / "shared.yaml").resolve())
    git("add", "--all")
    git("commit", "--quiet", "--message", "A link")
    result = homelab("plan", "--lab", committed, "--against", "HEAD")
    assert result.exit_code == 2
    assert result.stderr.endswith("groups.yaml is a link that leads out of the lab; put the file there\n")
