"""Backups of Velero that need an agent on each node, where nothing runs one."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.service import HelmService
from config.source import Path
from plan.findings.chart_programs import path_of
from plan.model import Manifest, Service
from plan.model.fields import Fields, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

BACKUP_OF_NOTHING = Rule(
    "BACKUP-OF-NOTHING",
    "warning",
    title="A backup takes no data with it",
    meaning=(
        "The operator reports success, and there is nothing to restore: a schedule of Velero without snapshots and "
        "without file-system backup saves objects alone, a recurring job of Longhorn takes only volumes of its groups, "
        "and a cluster of CloudNativePG with an object store and no ScheduledBackup keeps a log without a beginning; a "
        "ScheduledBackup of a cluster that says nowhere where to fails every time. Velero copies no hostPath volumes, "
        "and no file at all without its node agent."
    ),
    remedy="Say which volumes it takes, as the message says, and try a restore.",
)

OPT_IN = "backup.velero.io/backup-volumes"
"""The annotation of pods whose volumes are saved as files."""
_FILES = ("defaultVolumesToFsBackup", "defaultVolumesToRestic")
_MOVES = "snapshotMoveData"
_AGENT = "node-agent"
"""The name that Velero looks for."""


def takes_files(template: Fields) -> bool:
    """Whether a backup saves the files of every volume."""
    return any(value(template, key) is True for key in _FILES)


def agent_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each chart of Velero without the agent that its backups are made by."""
    planned = [(service.name, each) for service in services for each in service.objects]
    has_own = any(each["kind"] == "DaemonSet" and each["metadata"]["name"] == _AGENT for _, each in planned)
    for name, service in lab.charts("velero"):
        if value(service.values, "deployNodeAgent") is True or has_own or service.as_found:
            continue
        asked = [*_asked(lab, name, service), *_opted_in(lab, planned)]
        if asked:
            path, first = asked[0]
            yield BACKUP_OF_NOTHING.finding(
                path,
                f"{listed([each for _, each in asked][:3])} asks Velero for the files of volumes, and {name} runs no "
                "agent that could read them (deployNodeAgent is false unless stated): each backup ends as "
                "PartiallyFailed, without the data",
                f"write deployNodeAgent: true in the values of {name}, and the daemonset {_AGENT} into its footprint",
                about=name,
                facts={"first": first},
            )


def _asked(lab: Lab, name: str, service: HelmService) -> Iterator[tuple[Path, str]]:
    """Places that ask for files, or for snapshots to be moved, which the agent does too."""
    for key in (*_FILES, "defaultSnapshotMoveData"):
        if value(service.values, "configuration", key) is True:
            yield path_of(name, f"configuration/{key}"), f"configuration.{key}"
    for schedule in mapping(service.values, "schedules"):
        template = mapping(service.values, "schedules", schedule, "template")
        if takes_files(template) or value(template, _MOVES) is True:
            yield path_of(name, f"schedules/{schedule}"), f"schedule {schedule}"
    for kind, keys in (("Schedule", ("spec", "template")), ("Backup", ("spec",))):
        for each in lab.objects_by_kind.get(kind, ()):
            template = mapping(each.content, *keys)
            if text(each.content, "apiVersion").startswith("velero.io/") and (
                takes_files(template) or value(template, _MOVES) is True
            ):
                yield each.path, f"{kind.lower()} {each.name}"


def _opted_in(lab: Lab, objects: Iterable[tuple[str, Manifest]]) -> Iterator[tuple[Path, str]]:
    for service, each in objects:
        if OPT_IN in mapping(each, "spec", "template", "metadata", "annotations"):
            name = each["metadata"]["name"]
            yield lab.written_at(service, each["kind"], name), f"{OPT_IN} of {name}"
