"""The engine is started with what it needs, and what the environment says wins."""

from pathlib import Path

import pytest

from operations.clients.pulumi import Pulumi
from operations.clients.running import RunningUp


@pytest.mark.parametrize(("stated", "wanted"), [({}, "400"), ({"GOGC": "50"}, "50")])
def test_it_collects_garbage_seldom_unless_the_environment_says_how_often(
    stated: dict[str, str], wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOGC", raising=False)
    engine = tmp_path / "pulumi"
    engine.write_text("#!/bin/sh\necho $GOGC\n", encoding="utf-8")
    engine.chmod(0o755)
    pulumi = Pulumi("test", tmp_path, {"PATH": f"{tmp_path}:/usr/bin:/bin", **stated})
    running = RunningUp(pulumi, tmp_path, tmp_path / "plan.json")
    assert [line.strip() for line in running.lines() if line] == [wanted]
    assert running.wait() == 0
