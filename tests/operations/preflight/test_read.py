"""Whatever Proxmox answers, it is understood or said to be unread: never an exception, and never a pass."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from operations.clients.proxmox import NotAnswered, ProxmoxHost, Refused
from operations.preflight import judge, read_state
from plan.model import Plan
from rehearsal.proxmox import emulator
from tests.operations.preflight.healthy import healthy
from tests.operations.preflight.hosts import found, known
from tests.plan.labs import plan_of

Question = tuple[str, tuple[tuple[str, str | int], ...]]
JUNK: tuple[Any, ...] = (None, 5, "words", [], {}, [None], [[]], [{}], {"": None}, [{"vmid": "x", "type": "qemu"}])
NOW = 1_800_000_000.0
NOT_NEEDED = ("rrddata", "network-get-interfaces")
"""Questions whose answers are optional: extra numbers, and a guest agent that may not run."""
OF_ANOTHER = ["nodes/pve/qemu/300/pending", "nodes/pve/qemu/300/status/current"]
"""The hardware of a machine that is not the lab's."""


class Recorded:
    """Answers of a healthy host, with other answers for some questions."""

    def __init__(self, answers: dict[Question, Any]) -> None:
        self.answers = answers
        self.otherwise: dict[Question, Any] = {}
        self.asked: list[Question] = []

    def get(self, path: str, /, **query: str | int) -> Any:
        question = (path, tuple(query.items()))
        self.asked.append(question)
        answer = self.otherwise.get(question, self.answers.get(question))
        if isinstance(answer, Exception):
            raise answer
        return answer


class Recorder:
    """Asks, and remembers the answers."""

    def __init__(self, api: ProxmoxHost) -> None:
        self.api = api
        self.answers: dict[Question, Any] = {}

    def get(self, path: str, /, **query: str | int) -> Any:
        answer = self.answers[path, tuple(query.items())] = self.api.get(path, **query)
        return answer


def with_one_more(plan: Plan) -> Recorder:
    """A healthy host, on which one more machine runs that has a guest agent."""
    state = healthy(plan)
    more = {"300": {"node": "pve", "running": True, "config": {"name": "nas", "memory": 2048, "agent": "1"}}}
    state = state.model_validate(state.model_dump() | {"machines": state.model_dump()["machines"] | more})
    with emulator(state) as proxmox:
        recorder = Recorder(ProxmoxHost(proxmox.endpoint, proxmox.token, verify=str(proxmox.ca_file)))
        read_state(plan, recorder, lambda: NOW, known)
    clock = recorder.answers["nodes/pve/time", ()]
    recorder.answers["nodes/pve/time", ()] = clock | {"time": int(NOW)}
    return recorder


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded(with_one_more(plan_of("every_kind")).answers)


def passes(recorded: Recorded) -> bool:
    plan = plan_of("every_kind")
    checks = judge(plan, read_state(plan, recorded, lambda: NOW, known))
    assert all(finding.message and finding.fix for finding in found(checks))
    return all(check.outcome in ("fine", "warning") for check in checks)


def test_as_it_was_recorded_it_passes(recorded: Recorded) -> None:
    assert passes(recorded)


def each_question(recorded: Recorded, answer: Callable[[str], Any]) -> Iterator[str]:
    """Answers one question after the other otherwise, and names those after which everything still passed."""
    for question in recorded.answers:
        recorded.otherwise = {question: answer(question[0])}
        try:
            if passes(recorded):
                yield question[0]
        except NotAnswered:
            assert question[0] == "version"
    recorded.otherwise = {}


def test_a_refused_answer_is_no_pass(recorded: Recorded) -> None:
    passed = each_question(recorded, lambda path: Refused(path, 500, "got no worker upid - start worker failed"))
    assert [path for path in passed if not path.endswith(NOT_NEEDED)] == OF_ANOTHER


def test_silence_is_no_pass(recorded: Recorded) -> None:
    passed = each_question(recorded, lambda path: NotAnswered("Proxmox does not answer in time."))
    assert list(passed) == []


def test_after_silence_nothing_more_is_asked(recorded: Recorded) -> None:
    recorded.otherwise = {("nodes", ()): NotAnswered("Proxmox does not answer in time.")}
    recorded.asked = []
    assert not passes(recorded)
    assert [path for path, _ in recorded.asked] == ["version", "nodes"]
    recorded.otherwise = {}


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_an_answer_of_another_shape_is_no_exception(recorded: Recorded, junk: Any) -> None:
    harmless = ("rrddata", "network-get-interfaces", "content", "config", "pending", "cluster/mapping/pci", "current")
    for path in each_question(recorded, lambda path: junk):
        assert path.endswith(harmless), path


def test_the_clock_is_measured_to_what_can_be_known() -> None:
    plan = plan_of("small")
    answers = with_one_more(plan).answers
    for told, moments, ahead in (
        (1000, (1000.2, 1000.9), 0),
        (1000, (999.5, 1001.5), 0),
        (1000, (990.0, 990.5), 9.5),
        (1000, (1010.0, 1010.5), -9.0),
    ):
        clock = iter(moments)
        answers["nodes/pve/time", ()] = {"time": told}
        state = read_state(plan, Recorded(answers), lambda moments=clock: next(moments), known)
        assert state.hosts["pve"].clock_ahead == ahead


def test_the_zfs_cache_is_the_newest_that_was_recorded() -> None:
    plan = plan_of("small")
    recorded = Recorded(with_one_more(plan).answers)
    path = ("nodes/pve/rrddata", (("timeframe", "hour"),))
    recorded.otherwise = {path: [{"time": 2, "arcsize": 4.0e9}, {"time": 3}, {"time": 1, "arcsize": 9.0e9}]}
    state = read_state(plan, recorded, lambda: NOW, known)
    assert state.hosts["pve"].zfs_cache == 4_000_000_000
    (memory,) = (check for check in judge(plan, state) if check.question == "memory of pve")
    assert "the ZFS cache holds 3.7 GiB of the hypervisor's" in memory.answer


def test_machines_on_a_host_that_is_off_are_not_asked_for() -> None:
    plan = plan_of("small")
    recorded = Recorded(with_one_more(plan).answers)
    recorded.otherwise = {("nodes", ()): [{"node": "pve", "status": "offline"}]}
    checks = judge(plan, read_state(plan, recorded, lambda: NOW, known))
    assert "pve is offline" in [finding.message for finding in found(checks)]
    assert not [path for path, _ in recorded.asked if path.startswith("nodes/pve/") and "qemu" not in path]
