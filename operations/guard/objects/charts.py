"""Consequences of a step for a chart."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from operations.guard.consequence import Consequence, not_known
from operations.guard.objects.consequences import target_of
from operations.guard.objects.rendered import NotRendered, Rendering, rendered_consequences
from operations.guard.reading.step import Step
from operations.guard.reading.values import block, is_known, number
from plan.changes.chart_rules import HARMLESS_ARGUMENTS, MOVES, VALUES, ValueRule

TYPE = "kubernetes:helm.sh/v3:Release"
COMPARE = "compare both versions yourself, and allow it by name"
NOT_SETTLED = "its last upgrade did not end, and the state does not say which version and values run"
RENDERED = ("chart", "repositoryOpts", "values", "version")
"""Arguments that decide about nothing but what Helm renders."""
MOVED = (
    "It is another release: the new one is made first, and clashes with the old one's cluster-wide objects, so that "
    "the `up` ends half-way; then the old one is uninstalled, and kinds of its own go with all their objects."
)
UNINSTALLED = "The chart is uninstalled, with all that it made; kinds of its own go with all their objects."


def chart_consequences(
    step: Step, steps: Sequence[Step], rendering: Rendering | NotRendered | None = None
) -> Iterator[Consequence]:
    """Consequences of a step for a release. Its objects under another version or other values are not known, unless
    both were rendered."""
    target = target_of(step)
    if step.action == "delete":
        message = MOVED if _moves(step, steps) else UNINSTALLED
        yield Consequence("DELETE", "error", target, (), message, "take the change back, or back up what it holds")
        return
    if step.action == "create":
        return
    causes = tuple(dict.fromkeys(path for path, _ in step.changes))
    moved = tuple(path for path in causes if path in MOVES)
    if step.action == "replace" or moved:
        message = MOVED if moved else f"It is uninstalled and installed again. {UNINSTALLED}"
        yield Consequence("REPLACE", "error", target, step.replacing or moved, message, "take the change back")
        return
    unknown = tuple(path for path in causes if path.partition(".")[0] not in HARMLESS_ARGUMENTS)
    if isinstance(rendering, Rendering) and not _says_what_runs(step):
        rendering = NotRendered(NOT_SETTLED)
    if isinstance(rendering, Rendering) and all(path.partition(".")[0] in RENDERED for path in unknown):
        yield from rendered_consequences(step, target, causes, rendering)
        return
    yield from _known(step, target)
    if unknown or not causes:
        why = f" It could not be rendered: {rendering.why}." if isinstance(rendering, NotRendered) else ""
        yield not_known(target, unknown, f"{_of_chart(step, unknown)}{why}", _advice(rendering))
    else:
        yield Consequence("UPDATE", "info", target, causes, "Helm works in another way; its objects stay.", "")


def _says_what_runs(step: Step) -> bool:
    """Whether the state has other arguments than the program: after an upgrade that failed, it has the new outputs with
    the arguments of before, and nobody knows which of both runs."""
    return any(step.before.get(each) != step.after.get(each) for each in RENDERED)


def _advice(rendering: Rendering | NotRendered | None) -> str:
    way_out = rendering.way_out if isinstance(rendering, NotRendered) else "let it render both (`--charts`)"
    return ", or ".join(filter(None, (way_out, COMPARE)))


def _moves(step: Step, steps: Sequence[Step]) -> bool:
    """Whether the same chart is installed elsewhere in the same `up`."""
    chart = step.before.get("chart")
    return any(each.type == TYPE and each.action == "create" and each.after.get("chart") == chart for each in steps)


def _of_chart(step: Step, paths: tuple[str, ...]) -> str:
    old, new = step.before.get("version"), step.after.get("version")
    if "version" in paths and isinstance(old, str) and isinstance(new, str):
        what = f"{step.after.get('chart')} {old} becomes {new}: "
    else:
        what = "Its values change: " if any(path.startswith("values") for path in paths) else ""
    made = block(step.old_state.outputs if step.old_state else {}, "resourceNames")
    kinds = sorted({each.partition("/")[0].partition(".")[0] for each in made})
    owns = f" It made {', '.join(kinds)}." if kinds else ""
    return f"{what}only its templates say which objects it then makes and removes.{owns}"


def _known(step: Step, target: str) -> Iterator[Consequence]:
    """Consequences of values that mean the same in nearly every chart."""
    before, after = (dict(_leaves(block(inputs, "values"))) for inputs in (step.before, step.after))
    for path, old in before.items():
        rule = next((each for each in VALUES if _meets(path, each)), None)
        if rule is not None and _applies(rule, old, after.get(path)):
            said = "is gone" if path not in after else f"{_shown(old)} -> {_shown(after[path])}"
            cause = (f"values.{path}",)
            yield Consequence(rule.effect, "error", target, cause, f"{rule.message} ({said})", "take the change back")


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _meets(path: str, rule: ValueRule) -> bool:
    *above, last = (part.partition("[")[0] for part in path.split("."))
    return last in rule.names and (not rule.within or bool({*above, last} & {*rule.within}))


def _applies(rule: ValueRule, old: object, new: object) -> bool:
    if rule.change == "switched off":
        return old is True and new is not True
    if not is_known(old) or not is_known(new):
        return True
    if rule.change == "differs":
        return old not in (None, "") and old != new
    before, after = number(old), number(new)
    return before is not None and after is not None and after < before


def _leaves(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, object]]:
    for key, each in value.items():
        below = f"{path}.{key}" if path else key
        if isinstance(each, dict):
            yield from _leaves(cast(Mapping[str, Any], each), below)
        elif isinstance(each, list):
            for index, item in enumerate(cast(list[object], each)):
                if isinstance(item, dict):
                    yield from _leaves(cast(Mapping[str, Any], item), f"{below}[{index}]")
        else:
            yield below, each
