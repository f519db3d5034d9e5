"""A kubeconfig, read as a file of which nothing is known: a pipe without a writer, a device, a huge or a deep one."""

import os
import stat
from pathlib import Path
from typing import Any, cast

import yaml
from kubernetes import client, config
from kubernetes.config import ConfigException

from config.files import UnreadableFile, read_file, read_stream
from config.nesting import refuse_bombs
from config.reasons import reason_of
from operations.clients.refusals import NoCluster

_LARGEST = 4 << 20
"""Bytes. One with a hundred clusters is about 1 MiB."""
_USUAL = "~/.kube/config"
_FROM_PIPES: dict[tuple[str, int, int], str] = {}
"""Texts of pipes: one can be read once, and a command that asks and then writes needs it twice."""


def load_kubeconfig(file: Path | None, context: str | None) -> client.Configuration:
    """The cluster of a kubeconfig and how it is asked; without one, of $KUBECONFIG, then of ~/.kube/config. A pipe with
    a writer, as `<(command)` makes one, is read too. Raises NoCluster."""
    loaded = client.Configuration()
    try:
        stated = [file] if file else _of_environment()
        texts = [_read(each) for each in stated if each.exists()]
        for text in texts:
            refuse_bombs(text)
        if file and stat.S_ISFIFO(file.stat().st_mode):
            found: Any = yaml.safe_load(texts[0])
            cast(Any, config).load_kube_config_from_dict(found, context=context, client_configuration=loaded)
        else:
            name = str(file) if file else None
            cast(Any, config).load_kube_config(name, context=context, client_configuration=loaded)
    except UnreadableFile as error:
        raise NoCluster(f"{_place(file)} {error}") from None
    except OSError as error:
        raise NoCluster(f"{_place(file)} cannot be used: {reason_of(error)}") from None
    except (ConfigException, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NoCluster(f"{_place(file)} cannot be used: {' '.join(str(error).split())[:300]}") from None
    return loaded


def _of_environment() -> list[Path]:
    return [Path(each).expanduser() for each in (os.environ.get("KUBECONFIG") or _USUAL).split(os.pathsep) if each]


def _read(file: Path) -> str:
    state = file.stat()
    if not stat.S_ISFIFO(state.st_mode):
        return read_file(file, _LARGEST).decode()
    pipe = str(file), state.st_dev, state.st_ino
    if pipe not in _FROM_PIPES:
        content = read_stream(file, _LARGEST + 1)
        if len(content) > _LARGEST:
            raise UnreadableFile(f"is larger than {_LARGEST >> 20} MiB, the most that is read")
        _FROM_PIPES[pipe] = content.decode()
    return _FROM_PIPES[pipe]


def _place(file: Path | None) -> object:
    return file or f"the kubeconfig of this machine ($KUBECONFIG, else {_USUAL})"
