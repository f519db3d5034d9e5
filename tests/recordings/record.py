"""`python -m tests.recordings.record` (`make recordings`) makes every recording anew, of the real engine."""

import json
import re
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from rehearsal.installation import versions
from tests.conformance.pulumi.endings import cordon, cut_off, wait_for
from tests.conformance.pulumi.live import Live, live
from tests.conformance.pulumi.stack import MACHINES, ROOT, only
from tests.conformance.pulumi.test_adopt import adopted_small
from tests.recordings import FOLDER, write_manifest
from tests.recordings.changes import A_FILE, CHANGES, FEEDS, NOTES

FEED_READER = ("apps/v1", "Deployment", "freshrss", "hobby-freshrss")
NEW_ONE = ("apps/v1", "Deployment", "notes", "hobby-notes")
LEFT_OUT = ("stackTrace", "sourcePosition", "sourcePositions", "managedFields")
"""Where in the program and its libraries something was declared, and who owns which field: half of the output, which
nobody reads there."""
UNCHANGED = ("same", "refresh")
NAMING = ("urn", "type", "id", "custom", "parent", "provider", "protect")
"""All that is kept of a resource to which nothing happens."""
FORBIDDEN = {
    "policy": {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "forbidden"},
        "spec": {
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["deployments"]}
                ]
            },
            "validations": [{"expression": "object.metadata.name != 'freshrss'", "message": "no feeds today"}],
        },
    },
    "binding": {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "forbidden"},
        "spec": {"policyName": "forbidden", "validationActions": ["Deny"]},
    },
}
"""Refuses one object, for a reason that no preview knows of before it asks."""


class Recorder:
    """Writes recordings of a lab."""

    def __init__(self, lab: Live, folder: Path) -> None:
        self.lab = lab
        self._paths = {str(folder): "/home/somebody", str(ROOT): "/home/somebody/homelab", sys.prefix: "/usr"}

    def preview(self, name: str, *arguments: str) -> None:
        """The preview of the lab as it is."""
        self._write(
            f"preview-{name}.json", json.dumps(_pruned(json.loads(self.lab.stack.preview(*arguments))), indent=1)
        )

    def stack(self, name: str) -> None:
        """The stack's state."""
        self._write(f"stack-{name}.json", json.dumps(_pruned(self.lab.stack.export()), indent=1))

    def up(self, name: str, *arguments: str) -> None:
        """The events of an `up`."""
        told = self.lab.stack.run("up", "--yes", "--skip-preview", "--json", *arguments, errors=False).output
        events = [_pruned(json.loads(line)) for line in told.splitlines() if line.startswith("{")]
        kept = [each for each in events if each.get("diagnosticEvent", {}).get("severity") != "debug"]
        self._write(f"events-{name}.jsonl", "\n".join(map(json.dumps, kept)))

    def text(self, name: str, output: str) -> None:
        """Record an output that a person reads."""
        self._write(f"output-{name}.txt", output)

    def _write(self, file: str, text: str) -> None:
        for path, instead in self._paths.items():
            text = text.replace(path, instead)
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8006", text)
        (FOLDER / file).write_text(text.rstrip() + "\n", encoding="utf-8")
        print(file, flush=True)


def record(lab: Live, recorder: Recorder) -> None:
    """All recordings, one after the other: each leaves the lab as the next one needs it."""
    recorder.preview("machines-adopted", *only(*MACHINES))
    lab.stack.must_up()
    recorder.stack("settled")
    for change in CHANGES:
        with lab.edited(*change.edits):
            recorder.preview(change.name)
    _elsewhere(lab, recorder)
    _by_hand(lab, recorder)
    _refused(lab, recorder)
    _interrupted(lab, recorder)
    _killed(lab, recorder)


def _elsewhere(lab: Live, recorder: Recorder) -> None:
    """The same lab, but another host, or another cluster."""
    settings = {"proxmoxEndpoint": "provider-endpoint-changed", "kubeconfig": "provider-kubeconfig-changed"}
    for setting, name in settings.items():
        was = lab.stack.run("config", "get", f"homelab:{setting}", errors=False).output.strip()
        lab.stack.set(setting, was.replace("127.0.0.1", "localhost"), secret=setting == "kubeconfig")
        recorder.preview(name)
        lab.stack.set(setting, was, secret=setting == "kubeconfig")


def _by_hand(lab: Live, recorder: Recorder) -> None:
    found = lab.api.get(*FEED_READER)
    assert found is not None
    by_hand = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": FEED_READER[2], "namespace": FEED_READER[3]},
        "spec": {"replicas": 0},
    }
    lab.api.apply(by_hand, manager="kubectl-edit")
    recorder.preview("edited-by-hand")
    recorder.preview("edited-by-hand-with-refresh", "--refresh")
    lab.api.apply({**by_hand, "spec": {"replicas": found["spec"]["replicas"]}}, manager="kubectl-edit")


def _refused(lab: Live, recorder: Recorder) -> None:
    for each in FORBIDDEN.values():
        lab.api.apply(each)
    change = (FEEDS, "freshrss:1.27.0", "freshrss:1.27.1")
    with lab.edited(change):
        wait_for(lambda: "no feeds today" in lab.stack.preview())
        recorder.preview("object-refused")
        recorder.up("object-refused")
        recorder.text("object-refused", lab.stack.up().output)
    recorder.stack("after-refusal")
    for each in FORBIDDEN.values():
        lab.api.delete(each)
    wait_for(lambda: lab.stack.up().succeeded)


def _interrupted(lab: Live, recorder: Recorder) -> None:
    """By Ctrl-C, while a pod that has no place is waited for."""
    cordon(lab.api)
    with lab.edited((FEEDS, "freshrss:1.27.0", "freshrss:1.27.1")):
        ended = cut_off(lab.stack, signal.SIGINT, lambda: _image(lab).endswith("1.27.1"))
        recorder.text("interrupted", ended.output)
        recorder.stack("after-interrupt")
    cordon(lab.api, cordoned=False)
    recorder.preview("after-interrupt")
    recorder.up("after-interrupt")


def _image(lab: Live) -> str:
    found: dict[str, Any] = lab.api.get(*FEED_READER) or {}
    return found["spec"]["template"]["spec"]["containers"][0]["image"]


def _killed(lab: Live, recorder: Recorder) -> None:
    """By SIGKILL, while the pod of a new service is waited for."""
    cordon(lab.api)
    (lab.lab / "services" / "notes.yaml").write_text(NOTES, encoding="utf-8")
    recorder.preview("service-added")
    cut_off(lab.stack, signal.SIGKILL, lambda: lab.api.get(*NEW_ONE) is not None)
    recorder.stack("after-kill")
    recorder.preview("after-kill")
    recorder.text("locked", lab.stack.up().output)
    cordon(lab.api, cordoned=False)


def _pruned(document: Any) -> Any:
    if isinstance(document, dict):
        if document.get("op") in UNCHANGED:
            return {key: _named(value) for key, value in document.items()}
        return {key: _pruned(value) for key, value in document.items() if key not in LEFT_OUT}
    return [_pruned(each) for each in document] if isinstance(document, list) else document


def _named(state: Any) -> Any:
    if not isinstance(state, dict):
        return state
    return {key: state[key] for key in NAMING if key in state}


def main() -> None:
    for old in FOLDER.glob("*.*"):
        if old.suffix in (".json", ".jsonl", ".txt"):
            old.unlink()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        small = adopted_small(folder)
        with (small / FEEDS).open("a", encoding="utf-8") as file:
            file.write(A_FILE)
        with live(folder, small) as lab:
            record(lab, Recorder(lab, folder))
    write_manifest(versions())


if __name__ == "__main__":
    main()
