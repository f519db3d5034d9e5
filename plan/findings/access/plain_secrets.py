"""Secrets in the lab's files in plain text."""

import re
from collections.abc import Iterator

from config.lab import Lab
from config.service import HelmService
from config.service.container import Container
from config.source import Path
from plan.model.fields import mapping, texts
from plan.model.findings import Finding, Rule
from plan.model.secrecy import TOKEN, holds_password, is_secret

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
_ARGUMENT = re.compile(rf"(?i)(?P<name>--{_WORD})[= ](?!-)(?P<value>\S+)")
_IN_FILE = re.compile(
    rf"(?im)^\s*(?P<name>{_WORD})\s*[:=]\s*[\"']?(?!\$|/|<|\{{|true|false|none)(?P<value>[^\s\"'#]{{4,}})"
)


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
            for file, text in part.workload.files.items():
                if match := TOKEN.search(text) or _IN_FILE.search(text):
                    yield _written((*part.path, "files", file), f"{file} of {name}", match, "secret_files")
        yield from _in_config_maps(lab, name)
        if isinstance(service, HelmService):
            for path, value in texts(service.values, ("services", name, "values")):
                key = str(path[-1])
                if not _NAME_OF_SECRET.search(key) and is_secret(key, value):
                    yield SECRET_IN_ENV.finding(
                        path,
                        f"{key} of {name} holds a secret in plain text: it goes into git and into rendered files",
                        f"write it under secrets, its value in Vault, and let the chart read the Secret {name}",
                        facts={"variable": key},
                    )


def _in_config_maps(lab: Lab, service: str) -> Iterator[Finding]:
    """Secrets in ConfigMaps that stand in files, which whoever may read objects can read."""
    for stated in lab.objects.get(service, ()):
        for key, value in mapping(stated.content, "data").items() if stated.kind == "ConfigMap" else ():
            match = TOKEN.search(str(value)) or _IN_FILE.search(str(value)) or _IN_FILE.search(f"{key}={value}")
            if match and (is_secret(key, str(value)) or "\n" in str(value) or "=" in str(value)):
                shown = match["name"] if "name" in match.re.groupindex else f"{match[0][:6]}..."
                yield SECRET_IN_ENV.finding(
                    stated.path,
                    f"{shown} in the ConfigMap {stated.name} ({key}) is a secret in plain text: it goes into git, and "
                    "whoever may read ConfigMaps reads it",
                    "keep it in a Secret: from the vault under secrets, or sealed",
                    about=f"{stated.name} {key}",
                    facts={"variable": shown},
                )


def _in_arguments(name: str, path: Path, container: Container) -> Iterator[Finding]:
    """Secrets among the arguments of a container, which whoever may read pods can read."""
    for key, words in (("command", container.command), ("args", container.args)):
        for index, word in enumerate(words):
            before = words[index - 1] if index else ""
            named = f"{before}={word}" if before.startswith("--") and "=" not in before else word
            if match := TOKEN.search(word) or _secret_argument(named):
                yield _written((*path, key, index), f"{key} of {name}", match, "secrets")


def _secret_argument(text: str) -> re.Match[str] | None:
    return next((each for each in _ARGUMENT.finditer(text) if is_secret(each["name"], each["value"])), None)


def _written(path: Path, where: str, match: re.Match[str], key: str) -> Finding:
    shown = match["name"] if "name" in match.re.groupindex else f"{match[0][:6]}..."
    return SECRET_IN_ENV.finding(
        path,
        f"{shown} in {where} is a secret in plain text: it goes into git and into rendered files",
        f"write it under {key}, its value in Vault" + (", and $(NAME) in its place" if key == "secrets" else ""),
        facts={"variable": shown},
    )


def _fix(variable: str, value: str) -> str:
    if holds_password(value):
        return "write the password under secrets, its value in Vault, and $(NAME) in its place in the address"
    return f"write it under secrets, {variable}: {{}}, and its value in Vault; others can say $({variable})"
