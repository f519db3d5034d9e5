"""Files of containers: configuration from ConfigMaps, secret ones from Secrets."""

import hashlib
import re
from collections.abc import Iterator

from config.service.container import Container as ContainerConfig
from config.service.container import Workload as WorkloadConfig
from config.service.secret import SecretFile
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.workloads.context import ServiceContext
from plan.workloads.distinct import as_label, distinct
from plan.workloads.secret_names import secret_key, secret_name

FILES_VOLUME = "homelab-files"
_LONGEST_LABEL = 63
_LONGEST_KEY = 253


def _containers(config: WorkloadConfig) -> Iterator[tuple[str, ContainerConfig]]:
    """The containers of a workload with the suffix of what is theirs; the main one has none."""
    yield "", config
    for name, container in (*config.sidecars.items(), *config.init.items()):
        yield f"-{name}", container


def file_volumes(context: ServiceContext, workload: str, config: WorkloadConfig) -> Iterator[Manifest]:
    """The volumes with the files of a workload's containers: a ConfigMap for each container, and the Secrets."""
    for suffix, container in _containers(config):
        if container.files:
            volume = generated_volume(context, f"{FILES_VOLUME}{suffix}")
            yield {"name": volume, "configMap": {"name": files_name(f"{workload}{suffix}")}}
    files = [file for container in config.containers for file in container.secret_files.values()]
    for name, source in {_volume_of(context, file): _source_of(context, file) for file in files}.items():
        yield {"name": name, "secret": source}


def file_mounts(context: ServiceContext, config: ContainerConfig, suffix: str = "") -> Iterator[Manifest]:
    """Where a container sees its files, each mounted alone, next to what is there; a Secret without a key is a
    folder."""
    for path, key in zip(config.files, _file_keys(config), strict=True):
        volume = generated_volume(context, f"{FILES_VOLUME}{suffix}")
        yield {"name": volume, "mountPath": path, "subPath": key, "readOnly": True}
    for path, file in config.secret_files.items():
        key = {"subPath": _key_of(context, file)} if file.key else {}
        yield {"name": _volume_of(context, file), "mountPath": path, **key, "readOnly": True}


def _volume_of(context: ServiceContext, file: SecretFile) -> str:
    """The volume of a Secret, of which files with other rights need another one."""
    suffixes = (*([file.mode] if file.mode else []), *(["optional"] if file.optional else []))
    return generated_volume(context, "-".join(("secret", _secret_of(context, file), *suffixes)))


def _source_of(context: ServiceContext, file: SecretFile) -> Manifest:
    return {
        "secretName": _secret_of(context, file),
        **({"defaultMode": int(file.mode, 8)} if file.mode else {}),
        **({"optional": True} if file.optional else {}),
    }


def _secret_of(context: ServiceContext, file: SecretFile) -> str:
    return file.secret or secret_name(context, file.store)


def _key_of(context: ServiceContext, file: SecretFile) -> str:
    return file.key or "" if file.secret else secret_key(context, "", file.path, file.key)


def generated_volume(context: ServiceContext, wanted: str) -> str:
    """The name of a volume that no key of the lab states: as wanted, if it is a DNS label and the service states no
    volume that is called so."""
    own = (name for names in context.service.mountable().values() for name in names)
    if len(wanted) <= _LONGEST_LABEL and "." not in wanted and wanted not in own:
        return wanted
    return distinct(as_label(wanted), wanted, longest=_LONGEST_LABEL)


def files_name(workload: str) -> str:
    """Name of the ConfigMap that holds a workload's files."""
    return f"{workload}-files"


def has_files(config: WorkloadConfig) -> bool:
    """Whether any container of a workload has configuration files."""
    return any(container.files for container in config.containers)


def files_checksum(config: WorkloadConfig) -> str:
    """Changes with any file: as an annotation of the pod it makes a rollout, which a mounted file alone does not."""
    files = (pair for container in config.containers for pair in container.files.items())
    content = "\0".join(f"{path}\0{text}" for path, text in files)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def files_config_maps(context: ServiceContext, workload: str, config: WorkloadConfig) -> Iterator[Manifest]:
    """The ConfigMaps with the files of a workload's containers."""
    for suffix, container in _containers(config):
        if container.files:
            data = dict(zip(_file_keys(container), container.files.values(), strict=True))
            name = files_name(f"{workload}{suffix}")
            yield manifest("v1", "ConfigMap", name, context.namespace, labels=context.labels(workload), data=data)


def _file_keys(config: ContainerConfig) -> list[str]:
    """A ConfigMap's keys may not hold a slash; the number keeps two paths apart that differ in nothing else."""
    keys = (f"{index}-{re.sub('[^-._a-zA-Z0-9]', '-', path[1:])}" for index, path in enumerate(config.files))
    return [key[:_LONGEST_KEY] for key in keys]
