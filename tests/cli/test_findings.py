"""`homelab findings`."""

import json
import re
from collections import Counter
from pathlib import Path

from tests.cli.conftest import Homelab


def test_every_finding_has_its_place(homelab: Homelab) -> None:
    plan = json.loads(homelab("plan", "--format", "json").stdout)
    text = homelab("findings").stdout
    assert len(re.findall(r"^(?:error|warning|info) ", text, re.MULTILINE)) == len(plan["findings"])
    count = Counter(each["severity"] for each in plan["findings"])
    assert text.splitlines()[-1] == f"{count['warning']} warnings, {count['info']} notes"


def test_what_a_plan_shortens_is_listed_by_its_code(homelab: Homelab) -> None:
    (line,) = (line for line in homelab("plan").stdout.splitlines() if line.startswith("info IMAGE-FLOATING"))
    assert line.endswith("(each with its place: homelab findings IMAGE-FLOATING)")
    listed = homelab("findings", "image-floating").stdout
    assert (
        len(re.findall(r"^info IMAGE-FLOATING  config/labs/prod/services/\S+\.yaml:\d+$", listed, re.MULTILINE)) == 54
    )


def test_an_error_among_them_is_told_by_the_exit_code(lab_with_an_error: Path, homelab: Homelab) -> None:
    assert homelab("findings", "--lab", lab_with_an_error).exit_code == 1
    result = homelab("findings", "GPU-TIGHT", "--lab", lab_with_an_error)
    assert (result.exit_code, result.stdout) == (0, "No findings.\n")


def test_an_unknown_code_is_invalid_input(homelab: Homelab) -> None:
    result = homelab("findings", "GPU-TIGT")
    assert result.exit_code == 2
    assert result.stderr == "homelab: no finding has the code 'GPU-TIGT'; did you mean 'GPU-TIGHT'?\n"


def test_programs_get_them_with_their_counts(lab_with_an_error: Path, homelab: Homelab) -> None:
    report = json.loads(homelab("findings", "--lab", lab_with_an_error, "--format", "json").stdout)
    assert report["counts"] == {"error": 1, "warning": 0, "info": 0}
    assert [each["code"] for each in report["findings"]] == ["CPU-ABOVE-CAP"]
