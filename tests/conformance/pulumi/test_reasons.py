"""The reasons why pods are missing, as `homelab up` tells them: the engine has one word for all."""

import signal
from threading import Timer

from tests.conformance.pulumi.faults import FAULTS, faults, is_told
from tests.conformance.pulumi.live import Live
from tests.conformance.pulumi.test_up import SECONDS, Ended, begin, small

__all__ = ["small"]


def test_each_reason_why_pods_are_missing_is_said_of_charts_too(small: Live) -> None:
    with faults(small):
        stopped = stopped_once_told(small)
        assert [each for each in FAULTS if not is_told(each, stopped.told)] == [], stopped.told
    assert stopped.code == 130, stopped.told
    small.stack.unprotect_all("notes")
    small.stack.unprotect_all("pictures")
    small.stack.must_up()


def stopped_once_told(small: Live) -> Ended:
    """A run that is stopped when it has told all reasons, or after a time in which it should have."""
    with begin(small, "--yes") as process:
        assert process.stdout is not None
        given_up = Timer(SECONDS / 2, process.send_signal, [signal.SIGINT])
        given_up.start()
        read = ""
        for line in process.stdout:
            read += line
            if all(is_told(fault, read) for fault in FAULTS):
                process.send_signal(signal.SIGINT)
                break
        given_up.cancel()
        read += process.communicate(timeout=SECONDS)[0]
    return Ended(process.returncode, read)
