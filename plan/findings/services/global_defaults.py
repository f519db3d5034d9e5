"""Priority classes that are each the default of all pods."""

from collections.abc import Iterator

from config.lab import Lab
from plan.model.fields import value
from plan.model.findings import Finding, Rule

TWO_GLOBAL_DEFAULTS = Rule(
    "TWO-GLOBAL-DEFAULTS",
    "error",
    title="Two priority classes are the global default",
    meaning=(
        "One PriorityClass of a cluster may have globalDefault: pods that name no class get it. The API server refuses "
        "a second one ('is already marked as default'), and the `up` stops there."
    ),
    remedy="Take globalDefault out of all but one. Tiers need none: the policy gives each pod that of its tier.",
)


def global_default_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each priority class from a file that is the default after another one."""
    defaults = [
        each for each in lab.objects_by_kind.get("PriorityClass", ()) if value(each.content, "globalDefault") is True
    ]
    for each in defaults[1:]:
        if each.name != defaults[0].name:
            yield TWO_GLOBAL_DEFAULTS.finding(
                each.path,
                f"the PriorityClass {each.name} is the global default, as {defaults[0].name} is: the API server "
                "refuses the second one",
                f"take globalDefault out of {each.name}",
                about=each.name,
                facts={"classes": tuple(one.name for one in defaults)},
            )
