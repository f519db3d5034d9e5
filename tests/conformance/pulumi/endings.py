"""An `up` that does not come to its end: killed, or interrupted, while the cluster is in a given state."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from plan.model import Manifest
from plan.model.fields import number
from rehearsal.control_plane import Api
from tests.conformance.proxmox.terraform import Outcome
from tests.conformance.pulumi.stack import Stack
from tests.conformance.waiting import SECONDS, eventually


def cut_off(stack: Stack, ending: signal.Signals, when: Callable[[], bool], *arguments: str) -> Outcome:
    """Send an `up` a signal as soon as something is so; returns how it ended. Nothing of it is left running."""
    with stack.begin_up(*arguments) as process:
        try:
            came_about = eventually(lambda: process.poll() is not None or when())
            if not came_about or process.poll() is not None:
                end_session(process.pid)
                raise AssertionError(f"it was never so; the `up` said: {process.communicate()[0]}")
            process.send_signal(ending)
            output = "" if ending == signal.SIGKILL else process.communicate(timeout=SECONDS)[0]
            code = process.wait(SECONDS)
        finally:
            end_session(process.pid)
    return Outcome(code, output)


def end_session(session: int) -> None:
    """A killed engine leaves its plugins running, in its session but in groups of their own."""
    listed = subprocess.run(["ps", "-o", "pid=", "-s", str(session)], capture_output=True, text=True, check=False)
    for process in map(int, listed.stdout.split()):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def cordon(api: Api, *, cordoned: bool = True) -> None:
    """Let no new pod have a place, or take that back. What needs one is then waited for."""
    for node in api.list("v1", "Node"):
        api.patch(node, {"spec": {"unschedulable": cordoned}})


@contextmanager
def no_place_for_pods(api: Api, without: str = "") -> Iterator[None]:
    """So that whatever needs a new pod is waited for. The pods of the namespace `without` are gone: the provider may
    say `updated` at once, and wait for nothing, while pods of before are still ready."""
    cordon(api)
    try:
        if without:
            _take_pods_away(api, without)
        yield
    finally:
        cordon(api, cordoned=False)


def _take_pods_away(api: Api, namespace: str) -> None:
    """Delete the pods of a namespace, and wait until its Deployments know it."""
    for pod in api.list("v1", "Pod", namespace):
        api.delete(pod)
    assert eventually(lambda: not any(_available(each) for each in api.list("apps/v1", "Deployment", namespace)))


def _available(deployment: Manifest) -> int:
    return number(deployment, "status", "availableReplicas")
