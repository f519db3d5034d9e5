"""Alerts on what keeps data and access: pools that fill up, backups that are too old, certificates that end."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from config.lab import Lab
from plan.ledger import Copy, Entry
from plan.watching.rule import Alert, Level, any_of
from plan.watching.thresholds import (
    BACKUP_GRACE,
    BACKUP_LATE,
    CERTIFICATE_ENDS,
    CLIENT_CERTIFICATE_ENDS,
    POOL_FILLING,
    POOL_FULL,
)


def keeping_alerts(lab: Lab, entries: Iterable[Entry]) -> Iterator[Alert]:
    """All of them; those about backups for the jobs of the lab, by how often they run."""
    yield from _pools(lab)
    yield from _backups(entries)
    if lab.site.machine_backups:
        yield _machines(lab)
    yield from _certificates(lab)


def _pools(lab: Lab) -> Iterator[Alert]:
    thin = [
        f"storage/{host}/{name}"
        for host, row in lab.site.hosts.items()
        for name, storage in row.storages.items()
        if storage.type in ("lvmthin", "zfspool")
    ]
    levels: tuple[tuple[str, float, Level], ...] = (
        ("ThinPoolFilling", POOL_FILLING, "warning"),
        ("ThinPoolNearlyFull", POOL_FULL, "critical"),
    )
    for name, share, level in levels if thin else ():
        yield Alert(
            name,
            f'max by (id) (pve_disk_usage_bytes{{id=~"{any_of(thin)}"}} / pve_disk_size_bytes) > {share}',
            "15m",
            level,
            "{{ $labels.id }} is {{ $value | humanizePercentage }} full: when it is full, every write of every machine "
            "on it fails",
            "Delete released volumes and old snapshots, run fstrim on the machines, or move disks elsewhere.",
        )


def oldest(every: timedelta) -> timedelta:
    """How old the copy of a job may be."""
    return every * BACKUP_LATE + BACKUP_GRACE


def _backups(entries: Iterable[Entry]) -> Iterator[Alert]:
    jobs: dict[timedelta, dict[Copy, None]] = defaultdict(dict)
    for entry in entries:
        for copy in entry.copies:
            if copy.kind in ("job", "dump") and copy.every:
                jobs[copy.every][copy] = None
    for every in sorted(jobs):
        seconds = int(oldest(every).total_seconds())
        names = any_of(sorted({copy.by for copy in jobs[every]}))
        spaces = any_of(sorted({copy.namespace for copy in jobs[every] if copy.namespace}))
        these = f'{{cronjob=~"{names}",namespace=~"{spaces}"}}'
        succeeded = f"max by (namespace, cronjob) (kube_cronjob_status_last_successful_time{these})"
        created = f"max by (namespace, cronjob) (kube_cronjob_created{these})"
        yield Alert(
            "BackupTooOld",
            f"time() - ({succeeded} or on (namespace, cronjob) {created}) > {seconds}",
            "5m",
            "critical",
            "{{ $labels.namespace }}/{{ $labels.cronjob }} made its last copy {{ $value | humanizeDuration }} ago",
            f"It is due every {int(every.total_seconds() // 3600)} hours: homelab doctor says why it did not run.",
            (("every_hours", f"{every.total_seconds() / 3600:g}"),),
        )


def _machines(lab: Lab) -> Alert:
    machines = {name for job in lab.site.machine_backups.values() for name in (job.machines or lab.machines)}
    ids = any_of(f"qemu/{lab.machines[name].vmid}" for name in lab.machines if name in machines)
    return Alert(
        "MachineInNoBackupJob",
        f'max by (id) (pve_not_backed_up_info{{id=~"{ids}"}}) == 1',
        "1h",
        "warning",
        "{{ $labels.id }} is in no backup job of Proxmox",
        "The lab says that one copies it: add it under Datacenter, Backup.",
    )


def _certificates(lab: Lab) -> Iterator[Alert]:
    ends = int(CERTIFICATE_ENDS.total_seconds())
    if lab.cluster.platform.ingress:
        yield Alert(
            "CertificateEnds",
            f"min by (cn) (traefik_tls_certs_not_after) - time() < {ends}",
            "1h",
            "warning",
            "the certificate of {{ $labels.cn }} ends in {{ $value | humanizeDuration }}",
            "It should have been renewed: look at Traefik's log for its resolver, or renew what is given by hand.",
        )
    client = int(CLIENT_CERTIFICATE_ENDS.total_seconds())
    yield Alert(
        "KubeletCertificateEnds",
        f"min by (instance) (kubelet_certificate_manager_client_ttl_seconds) < {client}",
        "1h",
        "warning",
        "the certificate with which the kubelet of {{ $labels.instance }} talks to the API server ends in "
        "{{ $value | humanizeDuration }}",
        "It renews it itself where rotateCertificates is on: see its log, and kubectl get csr.",
    )
    bucket = "apiserver_client_certificate_expiration_seconds_bucket"
    yield Alert(
        "ClientCertificateEnds",
        f"histogram_quantile(0.01, sum by (le) (rate({bucket}[15m]))) < {client}",
        "15m",
        "warning",
        "a client of the API server uses a certificate that ends in {{ $value | humanizeDuration }}",
        "kubeadm certs check-expiration says which; kubeadm certs renew all, then the control plane is restarted.",
    )
