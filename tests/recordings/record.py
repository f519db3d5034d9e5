"""`python -m tests.recordings.record` (`make recordings`) makes every recording anew, of the real engine."""

import copy
import json
import re
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from operations.adopt.takeover.run import run_take_over
from operations.clients.pulumi import Pulumi
from rehearsal.installation import versions
from tests.conformance.pulumi.endings import cordon, cut_off
from tests.conformance.pulumi.live import Live, live
from tests.conformance.pulumi.stack import MACHINES, ROOT, Stack, only
from tests.conformance.pulumi.test_adopt import adopted_small
from tests.conformance.pulumi.test_guard import TARGETS, nothing_yet
from tests.conformance.waiting import eventually
from tests.recordings import FOLDER, write_manifest
from tests.recordings.changes import A_FILE, CHANGES, FEEDS, KEY_CHANGES, KEYS, KEYS_SERVICE, NOTES, SETTINGS

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


FORBIDDEN_PODS = (
    {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "forbidden-pods"},
        "spec": {
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
                ]
            },
            "validations": [
                {"expression": "!has(object.metadata.labels) || !('chart' in object.metadata.labels)"}
                | {"message": "no pods today"}
            ],
        },
    },
    {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "forbidden-pods"},
        "spec": {"policyName": "forbidden-pods", "validationActions": ["Deny"]},
    },
)
"""Refuses the pods of a chart. Helm is not told, but waits for them."""
IMPORTING = """
import os
import runpy
import pulumi

def imported(args):
    if args.type_.startswith("kubernetes:") and "helm.sh" not in args.type_:
        ignored = [{ignored!r}] if {ignored!r} and args.type_.endswith(":Service") else []
        options = pulumi.ResourceOptions(import_=args.name, ignore_changes=ignored)
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, options))

pulumi.runtime.register_stack_transformation(imported)
os.chdir({root!r})
runpy.run_path({root!r}, run_name="__main__")
"""
"""The program, but for importing each object, with what a Service differs in ignored or not."""


class Recorder:
    """Writes recordings of a stack."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self._stack = stack
        self._paths = {str(folder): "/home/somebody", str(ROOT): "/home/somebody/homelab", sys.prefix: "/usr"}

    def preview(self, name: str, *arguments: str) -> None:
        """The preview of the lab as it is."""
        self._write(f"preview-{name}.json", json.dumps(_pruned(json.loads(self._stack.preview(*arguments))), indent=1))

    def stack(self, name: str) -> None:
        """The stack's state."""
        self._write(f"stack-{name}.json", json.dumps(_pruned(self._stack.export()), indent=1))

    def up(self, name: str, *arguments: str) -> None:
        """The events of an `up`."""
        told = self._stack.run("up", "--yes", "--skip-preview", "--json", *arguments, errors=False).output
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
    _imported(lab, recorder)
    _by_hand(lab, recorder)
    _refused(lab, recorder)
    _release_refused(lab, recorder)
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


def _imported(lab: Live, recorder: Recorder) -> None:
    """Objects that run and that the state does not know: by `import_`, and by `pulumi import --file`."""
    settled = lab.stack.export()
    _forget(lab, settled, _is_object)
    for name, ignored in {"import-replaces": "", "import-with-ignored": "spec"}.items():
        lab.stack.use(IMPORTING.format(root=str(ROOT), ignored=ignored))
        recorder.preview(name)
    lab.stack.use(None)
    _forget(lab, settled, lambda each: each["id"] == "hobby-freshrss/freshrss")
    recorder.preview("not-known")
    run_take_over(Pulumi("test", lab.stack.project, lab.stack.environment), lab.api, write=True)
    recorder.preview("taken-over")
    recorder.stack("taken-over")


def _is_object(resource: dict[str, Any]) -> bool:
    return resource["type"].startswith("kubernetes:") and not resource["type"].startswith("kubernetes:helm.sh")


def _forget(lab: Live, state: dict[str, Any], which: Callable[[dict[str, Any]], bool]) -> None:
    """Leave some resources out of the state, and who depends on them as if they did not."""
    state = copy.deepcopy(state)
    resources = state["deployment"]["resources"]
    kept = [each for each in resources if not ("id" in each and which(each))]
    known = {each["urn"] for each in kept}
    for each in kept:
        each["dependencies"] = [urn for urn in each.get("dependencies") or [] if urn in known]
        each["propertyDependencies"] = {}
    state["deployment"]["resources"] = kept
    file = lab.lab.parent / "forgotten.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    imported = lab.stack.run("stack", "import", "--file", str(file))
    assert imported.succeeded, imported.output


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
        assert eventually(lambda: "no feeds today" in lab.stack.preview())
        recorder.preview("object-refused")
        recorder.up("object-refused")
        recorder.text("object-refused", lab.stack.up().output)
    recorder.stack("after-refusal")
    for each in FORBIDDEN.values():
        lab.api.delete(each)
    assert eventually(lambda: lab.stack.up().succeeded)


def _release_refused(lab: Live, recorder: Recorder) -> None:
    """A chart whose pods a policy refuses: the engine waits without a word, and is interrupted."""
    for each in FORBIDDEN_PODS:
        lab.api.apply(each)
    with lab.edited(("services/traefik.yaml", "service: {enabled: false}", "service: {enabled: false}\n  pods: true")):
        ended = cut_off(lab.stack, signal.SIGINT, lambda: _is_refused(lab))
        recorder.text("release-refused", ended.output)
        recorder.stack("after-release-refused")
    for each in FORBIDDEN_PODS:
        lab.api.delete(each)
    assert eventually(lambda: lab.stack.up().succeeded)


def _is_refused(lab: Live) -> bool:
    told = lab.api.list("v1", "Event", "platform-traefik")
    return any(each["reason"] == "FailedCreate" and "no pods today" in each.get("message", "") for each in told)


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


def record_keys(folder: Path) -> None:
    """Secrets and ConfigMaps of which keys go, in a lab of their own."""
    small = adopted_small(folder)
    objects = small / SETTINGS
    objects.parent.mkdir()
    objects.write_text(KEYS, encoding="utf-8")
    objects.parent.with_suffix(".yaml").write_text(KEYS_SERVICE, encoding="utf-8")
    with live(folder, small) as lab:
        recorder = Recorder(lab.stack, folder)
        lab.stack.must_up()
        recorder.stack("keys")
        for change in KEY_CHANGES:
            with lab.edited(*change.edits):
                recorder.preview(change.name)


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
            record(lab, Recorder(lab.stack, folder))
    with tempfile.TemporaryDirectory() as temporary, nothing_yet(Path(temporary)) as made:
        recorder = Recorder(made.stack, Path(temporary))
        recorder.preview("machines-created", *TARGETS)
        made.stack.must_up(*TARGETS)
        recorder.stack("machines-created")
    with tempfile.TemporaryDirectory() as temporary:
        record_keys(Path(temporary))
    write_manifest(versions())


if __name__ == "__main__":
    main()
