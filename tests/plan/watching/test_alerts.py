"""Each alert fires where it should and stays silent where it should not, by promtool."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from plan.watching import alert_groups
from plan.watching.objects import rule_file
from tests.plan.labs import plan_of

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "alerts.yaml").read_text(encoding="utf-8"))
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="not run: promtool is not installed (Debian: prometheus)")


def rules_of(lab: str) -> dict[str, Any]:
    """The file of rules of a lab."""
    plan = plan_of(lab)
    return rule_file(alert_groups(plan.lab, tuple(use.node for use in plan.capacity.nodes), plan.namespaces))


def series_of(stated: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The series of a case, those that repeat written out."""
    return [
        {"series": each["name"].replace('"N"', f'"{number}"').replace("-N", f"-{number}"), "values": each["values"]}
        for each in stated
        for number in range(each.get("repeat", 1))
    ]


def unit_test(name: str, case: dict[str, Any], part: str) -> dict[str, Any]:
    """One test of promtool: whether the alert fires on a part of its case."""
    firing = [{"labels": f'{{alertname="{name}"}}', "value": 1}] if part == "fires" else []
    return {
        "name": f"{name} {part}",
        "interval": case.get("interval", "1m"),
        "input_series": series_of(case[part]),
        "promql_expr_test": [
            {
                "expr": f'group by (alertname) (ALERTS{{alertname="{name}",alertstate="firing"}})',
                "eval_time": case["at"],
                "exp_samples": firing,
            }
        ],
    }


def promtool(folder: Path, lab: str, tests: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    """The outcome of unit tests on a lab's rules."""
    assert PROMTOOL is not None
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules_of(lab)), encoding="utf-8")
    content = {"rule_files": ["rules.yaml"], "evaluation_interval": tests[0]["interval"], "tests": tests}
    (folder / "tests.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return subprocess.run(
        [PROMTOOL, "test", "rules", "tests.yaml"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent() -> None:
    names = {rule["alert"] for group in rules_of("prod")["groups"] for rule in group["rules"]}
    optional = {"MachineInNoBackupJob"}
    assert names == CASES.keys()
    assert all({"fires", "silent", "at"} <= case.keys() for case in CASES.values())
    small = {rule["alert"] for group in rules_of("small")["groups"] for rule in group["rules"]}
    assert small - names == optional


@needs_promtool
@pytest.mark.parametrize("part", ["fires", "silent"])
@pytest.mark.parametrize("name", CASES)
def test_an_alert_fires_where_it_should_and_not_elsewhere(name: str, part: str, tmp_path: Path) -> None:
    outcome = promtool(tmp_path, "prod", [unit_test(name, CASES[name], part)])
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@needs_promtool
def test_a_machine_that_no_backup_job_has_is_told_where_the_lab_states_one(tmp_path: Path) -> None:
    vmid = plan_of("small").machines[0].vmid
    case = {
        "at": "90m",
        "fires": [{"name": f'pve_not_backed_up_info{{id="qemu/{vmid}"}}', "values": "1+0x120"}],
        "silent": [{"name": 'pve_not_backed_up_info{id="qemu/999"}', "values": "1+0x120"}],
    }
    tests = [unit_test("MachineInNoBackupJob", case, part) for part in ("fires", "silent")]
    outcome = promtool(tmp_path, "small", tests)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_slots_are_told_at_the_labs_own_limits() -> None:
    found = {
        rule["alert"]: rule["expr"].rpartition(" ")[2]
        for group in rules_of("prod")["groups"]
        for rule in group["rules"]
        if rule["alert"].startswith("VolumeSlots")
    }
    assert found == {"VolumeSlotsFilling": "24", "VolumeSlotsNearlyFull": "27", "VolumeSlotsFull": "28"}
