"""The worst of a plan are those that cost most: data, then what people use."""

import shutil
from pathlib import Path

from config.load import load_lab
from plan import make_plan
from plan.consequences import LOSES_DATA, STOPS_A_SERVICE
from plan.forecast import look_ahead
from plan.verdict import judge
from tests.plan.codes import codes_made_in
from tests.plan.labs import ROOT, change


def test_every_code_is_one_of_a_rule_and_has_one_weight() -> None:
    assert codes_made_in("plan") >= LOSES_DATA | STOPS_A_SERVICE
    assert not LOSES_DATA & STOPS_A_SERVICE


def test_lost_data_goes_before_what_does_not_answer_and_that_before_the_rest(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests" / "incidents" / "lab", tmp_path / "lab"))
    change(
        folder,
        [
            {"file": "services/wiki.yaml", "old": "tier: apps\n", "new": "tier: apps\nenv: {DB_PASSWORD: hunter2}\n"},
            {
                "file": "services/wiki.yaml",
                "old": ", backup: {by: restic, to: backup-server, every_hours: 24}",
                "new": "",
            },
            {
                "file": "services/flows.yaml",
                "new": "kind: app\ntier: apps\ndescription: Sign-in\nimage: ghcr.io/goauthentik/server:2025.10.1\n"
                "run_as_user: 1000\nargs: [server]\ncpu: 50m\nmemory: 64Mi\n",
            },
        ],
    )
    worst = judge(look_ahead(make_plan(load_lab(folder)))).worst
    assert [each.code for each in worst] == ["NO-COPY", "VARIABLE-MISSING", "SECRET-IN-ENV"]
