"""Secrets in the lab's files in plain text."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from config.lab import Lab
from config.service import HelmService
from config.service.container import Container, Listening
from config.service.probe import Probe
from config.source import Path, is_mapping, is_sequence
from plan.model.command_secrets import command_secrets
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.findings import Finding, Rule
from plan.model.secrecy import TOKEN, holds_password, is_secret
from plan.model.templates import containers_of, pod_spec

SECRET_IN_ENV = Rule(
    "SECRET-IN-ENV",
    "warning",
    title="A password in the lab's files",
    meaning=(
        "Everything under env and in the values of a chart is in git, in the files of `homelab render` and in pull "
        "requests, and can be read by whoever may read pods. Names that end like PASSWORD, TOKEN or SECRET, and "
        "addresses with a password in them, are taken for secrets unless their value is empty, a path or a variable."
    ),
    remedy=(
        "Put the value into Vault and write the variable under secrets. Other variables and arguments can refer to it "
        "as $(NAME). Then change the password: the old one stays in the history of git."
    ),
)

_NAME_OF_SECRET = re.compile(r"(^|[a-z_])(existing.*|[Ss]ecret|SECRET)$")
"""Keys of charts for the name of a Secret, which is not a secret itself."""
_WORD = r"[a-z0-9_.-]*(?:password|passwd|secret|token|api[_-]?key)"
_IN_FILE = re.compile(
    rf"(?im)^\s*(?:export\s+|-\s+)?(?P<name>{_WORD})\s*[:=]\s*(?P<quote>[\"']?)(?!\$|/|<|\{{|true|false|none)"
    r"(?P<value>(?:!secret )?[^\s\"'#]{4,})"
)
_CODE = (".py", ".js", ".ts")
"""Endings of files in which a text without quotes is the name of something."""
_HOOKS = (
    ("startupProbe",),
    ("readinessProbe",),
    ("livenessProbe",),
    ("lifecycle", "preStop"),
    ("lifecycle", "postStart"),
)
_FIXES = {
    "secrets": "write it under secrets, its value in Vault, and $(NAME) in its place",
    "shell": "write it under secrets, its value in Vault, and $NAME in its place in a shell: [sh, -c, ...]",
    "secret_files": "write it under secret_files, its value in Vault",
}


def plain_secret_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each variable that holds a secret."""
    for name, service in lab.services.items():
        for path, container in service.containers_of(name):
            for variable, value in container.env.items():
                if is_secret(variable, value):
                    yield SECRET_IN_ENV.finding(
                        (*path, "env", variable),
                        f"{variable} of {name} holds a secret in plain text: it goes into git and into rendered files",
                        _fix(variable, value),
                        facts={"variable": variable},
                    )
            yield from _in_arguments(name, path, container)
        for part in service.parts(name):
            for file, written in part.workload.files.items():
                if shown := _in_text(file, written):
                    yield _written((*part.path, "files", file), f"{file} of {name}", shown, "secret_files")
        yield from _in_config_maps(lab, name)
        yield from _in_pods(lab, name)
        if isinstance(service, HelmService):
            yield from _in_values(name, service)


def _in_values(name: str, service: HelmService) -> Iterator[Finding]:
    """Secrets in the values of a chart, in lists of variables and of arguments and in files among them too."""
    for path, shown in dict(_named_values(service.values, ("services", name, "values"))).items():
        yield SECRET_IN_ENV.finding(
            path,
            f"{shown} of {name} holds a secret in plain text: it goes into git and into rendered files",
            f"write it under secrets, its value in Vault, and let the chart read the Secret {name}",
            facts={"variable": shown},
        )


def _named_values(of: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if is_sequence(of):
        words = [each if isinstance(each, str) else "" for each in of]
        yield from (((*path, number), shown) for number, shown in _in_words(words))
        for number, each in enumerate(of):
            if is_mapping(each):
                yield from _named_values(each, (*path, number))
    elif is_mapping(of):
        named, stated = of.get("name"), of.get("value")
        if isinstance(named, str) and isinstance(stated, str) and is_secret(named, stated):
            yield (*path, "value"), named
            return
        for key, each in of.items():
            if not isinstance(each, str):
                yield from _named_values(each, (*path, key))
            elif not _NAME_OF_SECRET.search(key) and is_secret(key, each):
                yield (*path, key), key
            elif "\n" in each and (shown := _in_text(key, each)):
                yield (*path, key), f"{shown} in {key}"


def _in_config_maps(lab: Lab, service: str) -> Iterator[Finding]:
    """Secrets in ConfigMaps that stand in files, which whoever may read objects can read."""
    for stated in lab.objects.get(service, ()):
        for key, value in mapping(stated.content, "data").items() if stated.kind == "ConfigMap" else ():
            stands = str(value)
            written = _in_text(key, stands) if "\n" in stands or "=" in stands or TOKEN.search(stands) else ""
            if shown := written or (key if is_secret(key, stands) else ""):
                yield SECRET_IN_ENV.finding(
                    stated.path,
                    f"{shown} in the ConfigMap {stated.name} ({key}) is a secret in plain text: it goes into git, and "
                    "whoever may read ConfigMaps reads it",
                    "keep it in a Secret: from the vault under secrets, or sealed",
                    about=f"{stated.name} {key}",
                    facts={"variable": shown},
                )


def _in_pods(lab: Lab, service: str) -> Iterator[Finding]:
    """Secrets among the variables and in the commands of pods that stand in files."""
    for stated in lab.objects.get(service, ()):
        pod: Fields = pod_spec(stated.content)
        for container in containers_of(pod):
            named = ((text(each, "name"), text(each, "value")) for each in entries(container, "env"))
            shown = [variable for variable, stands in named if is_secret(variable, stands)]
            started = [*values(container, "command"), *values(container, "args")]
            for words in (started, *(values(container, *hook, "exec", "command") for hook in _HOOKS)):
                shown += [found for _, found in _in_words([str(word) for word in words])]
            for each in dict.fromkeys(shown):
                yield SECRET_IN_ENV.finding(
                    stated.path,
                    f"{each} in the {stated.kind} {stated.name} ({text(container, 'name')}) is a secret in plain text: "
                    "it goes into git, and whoever may read pods reads it",
                    "keep it in a Secret, from the vault under secrets or sealed, and let the container read it there",
                    about=f"{stated.name} {each}",
                    facts={"variable": each},
                )


def _in_text(file: str, text: str) -> str:
    """How the first secret in a file is shown; empty where there is none."""
    if match := TOKEN.search(text):
        return _shown(match)
    for match in _IN_FILE.finditer(text):
        if is_secret(match["name"], match["value"]) and (match["quote"] or not file.endswith(_CODE)):
            return match["name"]
    if text.startswith("#!") or file.endswith(".sh"):
        return next((shown for _, shown in _in_words((text,))), "")
    return ""


def _in_arguments(name: str, path: Path, container: Container) -> Iterator[Finding]:
    """Secrets among the words of a container's commands, which whoever may read pods can read."""
    started = (*container.command, *container.args)
    places = [("command", number) for number in range(len(container.command))]
    places += [("args", number) for number in range(len(container.args))]
    for index, shown in _in_words(started):
        key, number = places[index]
        yield _written((*path, key, number), f"{key} of {name}", shown, "secrets")
    for key, hook in (("pre_stop", container.pre_stop), ("post_start", container.post_start)):
        for index, shown in _in_words(hook.command if hook else ()):
            yield _written((*path, key, index), f"{key} of {name}", shown, "shell")
    probes = container.probes if isinstance(container, Listening) else None
    for key in ("startup", "readiness", "liveness"):
        probe: Probe | None = getattr(probes, key, None)
        for index, shown in _in_words(probe.exec if probe else ()):
            yield _written((*path, "probes", key, "exec", index), f"the {key} probe of {name}", shown, "shell")


def _in_words(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Secrets of a command: at which word, and how they are shown."""
    for index, word in enumerate(words):
        if match := TOKEN.search(word):
            yield index, _shown(match)
    yield from ((index, shown) for index, shown in command_secrets(words) if not TOKEN.search(words[index]))


def _shown(match: re.Match[str]) -> str:
    return match["name"] if "name" in match.re.groupindex else f"{match[0][:6]}..."


def _written(path: Path, where: str, shown: str, key: Literal["secrets", "shell", "secret_files"]) -> Finding:
    return SECRET_IN_ENV.finding(
        path,
        f"{shown} in {where} is a secret in plain text: it goes into git and into rendered files",
        _FIXES[key],
        facts={"variable": shown},
    )


def _fix(variable: str, value: str) -> str:
    if holds_password(value):
        return "write the password under secrets, its value in Vault, and $(NAME) in its place"
    return f"write it under secrets, {variable}: {{}}, and its value in Vault; others can say $({variable})"
