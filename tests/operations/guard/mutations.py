"""Recorded previews with something destructive put into them, and then spoilt in the ways that have been overlooked.

Each mutation begins with a preview of the real engine that passes, puts a step into it that does harm, and then hides
that: leaves fields out, wraps values, spells severities and keys otherwise, makes paths coarse, changes the order, or
drops what names the difference. What is left is harm, or no preview at all.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from operations.guard import judge
from operations.guard.reading.document import InvalidPreview
from operations.guard.reading.preview import read_preview
from tests.operations.guard.handmade import cases, step_of
from tests.plan.labs import lab_of

Json = dict[str, Any]
HERE = Path(__file__).parent
ENGINE = HERE.parents[1] / "recordings" / "engine"
RECORDED = [
    *sorted(ENGINE.glob("preview-*.json")),
    *(HERE / "previews" / f"{name}.json" for name in ("no-op", "memory-doubled", "cloud-init-renamed")),
]


def recorded_harm() -> list[Json]:
    """Steps of the real engine that do harm by themselves."""
    steps = [step for file in RECORDED for step in json.loads(file.read_text(encoding="utf-8"))["steps"]]
    return [step for step in steps if step["op"] != "same" and not passes(json.dumps(alone(step)))]


def alone(step: Json) -> Json:
    """A preview with this step alone."""
    return {"steps": [step], "changeSummary": {step["op"]: 1}}


def passes(text: str) -> bool:
    """Whether `homelab guard` would end with 0."""
    return outcome(text) == "passed"


def outcome(text: str) -> str:
    """How `homelab guard` would end: `refused` is 2, `stopped` 1, `passed` 0."""
    try:
        judgement = judge(read_preview(text), lab_of("every_kind"))
    except InvalidPreview as refused:
        return "refused" if "\n" not in str(refused) else "not in one sentence"
    return "passed" if judgement.passes else "stopped"


def handmade_harm() -> list[Json]:
    """Steps that do harm by themselves, of the previews made by hand."""
    harm = [case for case in cases() if not case.get("passes", False) and case.get("variants", True)]
    single = [case for case in harm if len(case["steps"]) == 1]
    steps = [step_of(case["steps"][0]) for case in single if "custom: false" not in str(case)]
    steps = [step for step in steps if not (step["op"] == "delete" and step["oldState"].get("retainOnDelete"))]
    return [step for step in steps if step["op"] != "same"]  # one of those does harm only by what runs


def mutated(random: Random, previews: list[Json], harm: list[Json]) -> str:
    """The text of one preview with harm in it."""
    preview = copy.deepcopy(random.choice(previews))
    step = copy.deepcopy(random.choice(harm))
    preview.pop("diagnostics", None)
    preview["steps"].insert(random.randint(0, len(preview["steps"])), step)
    summary = preview["changeSummary"]
    summary[step["op"]] = summary.get(step["op"], 0) + 1
    text = None
    ways = random.sample(WAYS, k=random.randint(1, 4))
    if leave_out_the_summary in ways:  # with another operation as well, it would be another preview, without harm
        ways = [way for way in ways if way not in (say_same, say_something_else)]
    if leave_out_values in ways:  # a value that is told as removed, and is, is another preview, without harm
        ways = [way for way in ways if way is not misname_kind]
    for hide in sorted(ways, key=LAST.__contains__):
        text = hide(random, preview, step) or text
    return text or json.dumps(preview)


def _state(random: Random, step: Json) -> Json:
    """One of its states; one that counts for nothing where none is left."""
    return random.choice([each for each in (step.get("oldState"), step.get("newState")) if each] or [{}])


def leave_out_custom(random: Random, preview: Json, step: Json) -> None:
    _state(random, step).pop("custom", None)


def deny_custom(random: Random, preview: Json, step: Json) -> None:
    for each in ("oldState", "newState"):
        if step.get(each):
            step[each]["custom"] = False


def say_external(random: Random, preview: Json, step: Json) -> None:
    _state(random, step)["external"] = True


def wrap_flags(random: Random, preview: Json, step: Json) -> None:
    """Replace a flag by a value that is no boolean, and so no permission."""
    state = step.get("oldState") or _state(random, step)
    state["retainOnDelete"] = random.choice(["true", 1, {"value": True}, [True]])


def leave_out_details(random: Random, preview: Json, step: Json) -> None:
    step["detailedDiff"] = random.choice([None, {}])


def leave_out_reasons(random: Random, preview: Json, step: Json) -> None:
    step.pop("diffReasons", None)
    step.pop("replaceReasons", None)


def make_coarse(random: Random, preview: Json, step: Json) -> None:
    paths = {path.split(".")[0].split("[")[0] for path in step.get("detailedDiff") or {}}
    step["detailedDiff"] = None
    step["diffReasons"] = sorted(paths)


def misname_kind(random: Random, preview: Json, step: Json) -> None:
    for each in (step.get("detailedDiff") or {}).values():
        each["kind"] = random.choice(["add", "delete", "update"])


def name_labels_too(random: Random, preview: Json, step: Json) -> None:
    if step.get("detailedDiff"):  # alone, it would be another preview, without harm
        step["detailedDiff"] = {"metadata.labels": {"kind": "update"}} | step["detailedDiff"]


def leave_out_inputs(random: Random, preview: Json, step: Json) -> None:
    _state(random, step)["inputs"] = {}


def leave_out_outputs(random: Random, preview: Json, step: Json) -> None:
    _state(random, step).pop("outputs", None)


def leave_out_values(random: Random, preview: Json, step: Json) -> None:
    state = step.get("newState")
    inputs = state and state.get("inputs")
    if isinstance(inputs, dict) and inputs and step.get("op") == "update":
        inputs.pop(random.choice(sorted(inputs)))


def hide_as_secret(random: Random, preview: Json, step: Json) -> None:
    state = step.get("newState")
    inputs = state and state.get("inputs")
    if isinstance(inputs, dict) and inputs and step.get("op") == "update":
        key = random.choice(sorted(inputs))
        inputs[key] = random.choice(["[secret]", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"])


def leave_out_a_state(random: Random, preview: Json, step: Json) -> None:
    step.pop(random.choice(["oldState", "newState"]), None)


def say_same(random: Random, preview: Json, step: Json) -> None:
    """The summary still counts it."""
    step["op"] = "same"


def say_something_else(random: Random, preview: Json, step: Json) -> None:
    step["op"] = random.choice(["Delete", "DELETE", "obliterate", "", "read", "discard"])


def spell_an_error(random: Random, preview: Json, step: Json) -> None:
    severity = random.choice(["error", "Error", "ERROR", " error", "fatal", "error#err", ""])
    preview["diagnostics"] = [{"severity": severity, "message": "error: preview failed\n"}]


def call_it_a_component(random: Random, preview: Json, step: Json) -> None:
    _state(random, step)["type"] = random.choice(["homelab:index:K8sApp", "pulumi:pulumi:Stack", ""])


def rename_a_key(random: Random, preview: Json, step: Json) -> None:
    key = random.choice([each for each in ("oldState", "newState", "detailedDiff", "op", "urn") if each in step])
    step[random.choice([key.lower() + "_", key.upper(), "old_state"])] = step.pop(key)


def double_the_operation(random: Random, preview: Json, step: Json) -> str:
    """Whoever reads the last of two keys reads another one."""
    text = json.dumps(preview)
    own = json.dumps(step)
    return text.replace(own, own[:-1] + ', "op": "same"}')


def double_a_step(random: Random, preview: Json, step: Json) -> None:
    preview["steps"].append(copy.deepcopy(step) | {"op": "same", "detailedDiff": None, "diffReasons": None})


def shuffle(random: Random, preview: Json, step: Json) -> None:
    random.shuffle(preview["steps"])


def leave_out_the_summary(random: Random, preview: Json, step: Json) -> None:
    preview["changeSummary"] = random.choice([None, {"same": 5}])


def cut_off(random: Random, preview: Json, step: Json) -> str:
    text = json.dumps(preview)
    return text[: random.randint(1, len(text) - 1)]


def wrap_the_steps(random: Random, preview: Json, step: Json) -> None:
    preview["steps"] = random.choice([{"value": preview["steps"]}, [preview["steps"]], {}])


def put_into_text(random: Random, preview: Json, step: Json) -> None:
    state = _state(random, step)
    state["inputs"] = json.dumps(state.get("inputs"))


Way = Callable[[Random, Json, Json], str | None]
WAYS: list[Way] = [
    leave_out_custom,
    deny_custom,
    say_external,
    wrap_flags,
    leave_out_details,
    leave_out_reasons,
    make_coarse,
    misname_kind,
    name_labels_too,
    leave_out_inputs,
    leave_out_outputs,
    leave_out_values,
    hide_as_secret,
    leave_out_a_state,
    say_same,
    say_something_else,
    spell_an_error,
    call_it_a_component,
    rename_a_key,
    double_the_operation,
    double_a_step,
    shuffle,
    leave_out_the_summary,
    cut_off,
    wrap_the_steps,
    put_into_text,
]
LAST = (wrap_the_steps, cut_off, double_the_operation)
"""Mutations after which nothing is left to change further."""
