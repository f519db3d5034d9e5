"""Backup jobs of operators that take no data with them, or are never begun."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from config.pod import POD_TEMPLATES
from plan.findings.data.backup_agents import BACKUP_OF_NOTHING, OPT_IN, agent_findings, takes_files
from plan.findings.storage.host_paths import data_folders
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, value, values
from plan.model.findings import Finding
from plan.model.templates import pod_spec
from plan.wording import listed

_GROUP, _JOB = "recurring-job-group.longhorn.io/", "recurring-job.longhorn.io/"


def backup_of_nothing_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each backup job that saves nothing of what it is for."""
    planned = [*services]
    objects = [each for service in planned for each in service.objects]
    yield from _folders(lab, planned)
    yield from agent_findings(lab, planned)
    for stated in lab.objects_by_kind.get("Schedule", ()):
        if text(stated.content, "apiVersion").startswith("velero.io/"):
            yield from _velero(stated, objects)
    for stated in lab.objects_by_kind.get("RecurringJob", ()):
        yield from _longhorn(stated, objects)
    for stated in lab.objects_by_kind.get("Cluster", ()):
        if text(stated.content, "apiVersion").startswith("postgresql.cnpg.io/"):
            yield from _cnpg(lab, stated)
    for stated in lab.objects_by_kind.get("ScheduledBackup", ()):
        if text(stated.content, "apiVersion").startswith("postgresql.cnpg.io/"):
            yield from _scheduled(lab, stated)


def _velero(stated: StatedObject, objects: Iterable[Manifest]) -> Iterator[Finding]:
    template = mapping(stated.content, "spec", "template")
    takes = takes_files(template) or value(template, "snapshotVolumes") is not False or _opts_in(objects)
    if not takes:
        yield BACKUP_OF_NOTHING.finding(
            stated.path,
            f"the schedule {stated.name} of Velero makes no snapshots (snapshotVolumes: false) and saves no files: "
            "it has objects alone, and no data of any volume",
            f"write defaultVolumesToFsBackup: true into the template of {stated.name}, or snapshotVolumes: true",
            about=stated.name,
        )


def _folders(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """Folders of a node, which Velero leaves out of every backup, where no job of the lab has them."""
    chart = any(value(each.values, "deployNodeAgent") is True for _, each in lab.charts("velero"))
    if not chart and not any(_takes_files(each.content) for each in lab.objects_by_kind.get("Schedule", ())):
        return
    found = [(service, each, pod_spec(each)) for service in services for each in service.objects if _has_pods(each)]
    in_jobs = {
        text(volume, "hostPath", "path").rstrip("/")
        for _, each, pod in found
        if each["kind"] in ENDING_KINDS
        for volume in entries(pod, "volumes")
    }
    for service, each, pod in found:
        name = each["metadata"]["name"]
        folders = [path for path in data_folders(pod) if path not in in_jobs]
        if folders and each["kind"] not in (*ENDING_KINDS, "DaemonSet"):
            yield BACKUP_OF_NOTHING.finding(
                lab.written_at(service.name, each["kind"], name),
                f"{name} keeps data in {listed(folders)} of its node, and Velero copies no hostPath volumes: no backup "
                "has it, and each ends as Completed",
                "use a volume of a storage class, or let a job copy the folder",
                about=name,
                facts={"folders": tuple(folders)},
            )


ENDING_KINDS = ("Job", "CronJob")


def _has_pods(manifest: Manifest) -> bool:
    return manifest["kind"] in POD_TEMPLATES


def _takes_files(schedule: Fields) -> bool:
    return text(schedule, "apiVersion").startswith("velero.io/") and takes_files(mapping(schedule, "spec", "template"))


def _opts_in(objects: Iterable[Manifest]) -> bool:
    return any(OPT_IN in mapping(each, "spec", "template", "metadata", "annotations") for each in objects)


def _longhorn(stated: StatedObject, objects: Iterable[Manifest]) -> Iterator[Finding]:
    groups = [str(each) for each in values(stated.content, "spec", "groups")]
    if "default" in groups or not text(stated.content, "spec", "task").startswith(("backup", "snapshot")):
        return
    labels = {f"{_JOB}{stated.name}", *(f"{_GROUP}{each}" for each in groups)}
    if not any(
        labels & mapping(each, "metadata", "labels").keys() or _selects(each, stated, groups) for each in objects
    ):
        yield BACKUP_OF_NOTHING.finding(
            stated.path,
            f"the recurring job {stated.name} takes volumes of {' and '.join(groups) or 'no group'}, and no claim of "
            "the lab has their label: it backs nothing up",
            f"write groups: [default] into {stated.name}, or the label {sorted(labels)[0]}: enabled on the claims",
            about=stated.name,
            facts={"groups": tuple(groups)},
        )


def _selects(each: Manifest, stated: StatedObject, groups: list[str]) -> bool:
    """Whether a StorageClass gives its volumes the job or one of its groups."""
    selector = text(each, "parameters", "recurringJobSelector")
    return any(f'"{name}"' in selector for name in (stated.name, *groups))


def _cnpg(lab: Lab, cluster: StatedObject) -> Iterator[Finding]:
    if not _archives(cluster.content):
        return
    own = namespace_of_object(lab, cluster)
    for each in (*lab.objects_by_kind.get("ScheduledBackup", ()), *lab.objects_by_kind.get("Backup", ())):
        namespace = namespace_of_object(lab, each)
        if (namespace, text(each.content, "spec", "cluster", "name")) == (own, cluster.name):
            return
    yield BACKUP_OF_NOTHING.finding(
        cluster.path,
        f"the cluster {cluster.name} sends its write-ahead log to an object store, and no ScheduledBackup makes a base "
        "backup: nothing can be restored from the log alone",
        f"write a ScheduledBackup whose spec.cluster.name is {cluster.name}",
        about=cluster.name,
    )


_METHODS = ("barmanObjectStore", "volumeSnapshot")
"""Methods of a backup, which a cluster has under `spec.backup`."""


def _scheduled(lab: Lab, stated: StatedObject) -> Iterator[Finding]:
    """A schedule by a method of which its cluster says nothing; one by a plugin is not read."""
    method = text(stated.content, "spec", "method") or "barmanObjectStore"
    own = namespace_of_object(lab, stated)
    cluster = text(stated.content, "spec", "cluster", "name")
    for each in lab.objects_by_kind.get("Cluster", ()):
        is_its = (namespace_of_object(lab, each), each.name) == (own, cluster)
        if method in _METHODS and is_its and text(each.content, "apiVersion").startswith("postgresql.cnpg.io/"):
            name = f"spec.backup.{method}"
            if not mapping(each.content, "spec", "backup", method):
                yield BACKUP_OF_NOTHING.finding(
                    stated.path,
                    f"ScheduledBackup {stated.name} backs up {cluster} by {method}, and {cluster} has no {name}: every "
                    "backup fails",
                    f"write {name} into {cluster}, or the method that it has into {stated.name}",
                    about=stated.name,
                    facts={"method": method},
                )


def _archives(content: Fields) -> bool:
    plugins = entries(content, "spec", "plugins")
    return bool(mapping(content, "spec", "backup", "barmanObjectStore")) or any(
        text(each, "name").startswith("barman-cloud") for each in plugins
    )
