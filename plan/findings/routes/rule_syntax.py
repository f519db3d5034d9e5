"""Rules of routes in the syntax of an older Traefik."""

import re
from collections.abc import Iterator

from config.lab import Lab
from config.service import HelmService
from config.source import Path
from plan.findings.routes.traefik_settings import flags, traefik_of
from plan.model.fields import entries, text, value
from plan.model.findings import Finding, Rule

RULE_OF_OLD_SYNTAX = Rule(
    "RULE-OF-OLD-SYNTAX",
    "error",
    title="A rule of a route is in the syntax of Traefik 2",
    meaning=(
        "Since Traefik 3 a matcher takes one value: Host(`a`, `b`) is an error, and the route is left out. Headers and "
        "HeadersRegexp are called Header and HeaderRegexp, HostHeader is gone, and what stands between braces, as in "
        "HostRegexp(`{name:.+}`), is no pattern any more: it matches nothing."
    ),
    remedy="Write the rule for Traefik 3, or syntax: v2 beside it.",
)
_FIRST_OF_THREE = 28
"""The major version of Traefik's chart with Traefik 3."""
_CALL = re.compile(r"(?<![\w])(?P<name>[A-Z][A-Za-z]+)\((?P<values>(?:\s*(?:`[^`]*`|\"[^\"]*\")\s*,?)*)\)")
_VALUE = re.compile(r"`([^`]*)`|\"([^\"]*)\"")
_RENAMED = {"Headers": "Header", "HeadersRegexp": "HeaderRegexp", "HostHeader": "Host"}
_OF_TWO = frozenset({"Header", "HeaderRegexp", "Headers", "HeadersRegexp", "Query", "QueryRegexp"})


def rule_syntax_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each rule that Traefik 3 does not take, or that matches nothing there."""
    traefik = traefik_of(lab)
    if traefik is None or not _is_three(traefik[1]):
        return
    for path, name, rule in _rules(lab):
        fixed = rule
        for call in _CALL.finditer(rule):
            fixed = fixed.replace(call[0], _fixed(call), 1)
        if fixed != rule:
            yield RULE_OF_OLD_SYNTAX.finding(
                path,
                f"the rule {rule} of {name} is for Traefik 2, and {traefik[0]} is Traefik 3: the route is not there, "
                "and its hosts answer 404",
                f"write {fixed}",
                about=f"{name} {rule}",
                facts={"rule": rule},
            )


def _is_three(controller: HelmService) -> bool:
    major = controller.chart.version.removeprefix("v").partition(".")[0]
    tag = text(controller.values, "image", "tag").removeprefix("v")
    is_kept = any("defaultrulesyntax=v2" in each for each in flags(controller.values))
    is_old = tag.startswith("2.") or value(controller.values, "core", "defaultRuleSyntax") == "v2" or is_kept
    return major.isdigit() and int(major) >= _FIRST_OF_THREE and not is_old


def _rules(lab: Lab) -> Iterator[tuple[Path, str, str]]:
    for name, service in lab.services.items():
        for index, route in enumerate(service.expose):
            if route.traefik is not None and route.traefik.match:
                yield ("services", name, "expose", index, "traefik", "match"), name, route.traefik.match
    for kind in ("IngressRoute", "IngressRouteTCP"):
        for stated in lab.objects_by_kind.get(kind, ()):
            for each in entries(stated.content, "spec", "routes"):
                if text(each, "match") and text(each, "syntax") != "v2":
                    yield stated.path, f"{kind} {stated.name}", text(each, "match")


def _fixed(call: re.Match[str]) -> str:
    """A matcher as Traefik 3 reads it, the same where it is."""
    name = _RENAMED.get(call["name"], call["name"])
    found = [first or second for first, second in _VALUE.findall(call["values"])]
    if name in _OF_TWO:
        return call[0].replace(call["name"], name, 1)
    if name.endswith("Regexp") or any(_has_pattern(each) for each in found):
        patterns = [_pattern(each) for each in found]
        is_same = patterns == found and len(found) == 1
        regular = name if name.endswith("Regexp") else f"{name.removesuffix('Prefix')}Regexp"
        parts = [f"{regular}(`{each}`)" for each in patterns]
        return call[0] if is_same else _any_of(parts)
    if len(found) > 1:
        return _any_of([f"{name}(`{each}`)" for each in found])
    return call[0] if name == call["name"] else call[0].replace(call["name"], name, 1)


def _any_of(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' || '.join(parts)})"


def _has_pattern(part: str) -> bool:
    return re.search(r"\{[A-Za-z_]\w*(?::|\})", part) is not None


def _pattern(part: str) -> str:
    """A regular expression for a value with names between braces."""
    if not _has_pattern(part):
        return part
    pieces = re.split(r"(\{[A-Za-z_]\w*(?::[^{}]*(?:\{[^{}]*\})?[^{}]*)?\})", part)
    return "^" + "".join(_piece(each) for each in pieces) + "$"


def _piece(part: str) -> str:
    if not _has_pattern(part):
        return re.escape(part)
    return part[1:-1].partition(":")[2] or "[^/.]+"
