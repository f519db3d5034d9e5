"""The changes of a lab of which previews are recorded: one of each sort."""

from typing import NamedTuple

FEEDS = "services/freshrss.yaml"
PASSWORDS = "services/vaultwarden.yaml"
A_FILE = """files:
  /etc/freshrss/reader.yaml: |
    theme: dark
"""
"""Of the feed reader, so that there is a ConfigMap."""
NOTES = """kind: app
tier: hobby
description: Notes
image: registry.example/notes:1.0.0
cpu: 10m
memory: 64Mi
ports: {http: 80}
"""
"""A service that keeps nothing, and is added."""
QUOTA = "quota: {cpu: 2, memory: 4Gi, pods: 20}\n  shutdown_grace_seconds: 30"


class Change(NamedTuple):
    """A change of the small lab, by its name as a recording."""

    name: str
    edits: tuple[tuple[str, str, str], ...] = ()
    """Each a file, what stands there once, and what comes instead. Where nothing stands there, the other is the file's
    new name; without one it is gone."""


CHANGES = (
    Change("nothing-changes"),
    Change("image-changed", ((FEEDS, "freshrss:1.27.0", "freshrss:1.27.1"),)),
    Change("service-tier-changed", ((FEEDS, "tier: hobby", "tier: home"),)),
    Change("service-removed", ((FEEDS, "", ""),)),
    Change("service-renamed", ((FEEDS, "", "services/feeds.yaml"),)),
    Change("volume-larger", ((FEEDS, "size: 1Gi", "size: 2Gi"),)),
    Change("volume-smaller", ((FEEDS, "size: 1Gi", "size: 512Mi"),)),
    Change("claim-labelled", ((FEEDS, "size: 1Gi", 'size: 1Gi, labels: {keep: "yes"}'),)),
    Change("file-changed", ((FEEDS, "theme: dark", "theme: light"),)),
    Change("memory-changed", ((PASSWORDS, "memory: 512Mi", "memory: 768Mi"),)),
    Change("chart-version-changed", (("services/traefik.yaml", "version: 40.2.0", "version: 99.0.0"),)),
    Change(
        "chart-values-changed", (("services/traefik.yaml", "service: {enabled: false}", "service: {enabled: true}"),)
    ),
    Change("chart-tier-changed", (("services/traefik.yaml", "tier: platform", "tier: home"),)),
    Change("machine-memory-changed", (("machines.yaml", "memory: 8Gi", "memory: 16Gi"),)),
    Change(
        "machine-network-changed",
        (
            ("networks.yaml", "ports: [eno1]", "ports: [eno1], vlan_aware: true"),
            ("networks.yaml", "    cidr:", "    vlan: 20\n    cidr:"),
        ),
    ),
    Change("tier-quota-changed", (("tiers.yaml", QUOTA, QUOTA.replace("pods: 20", "pods: 25")),)),
    Change("lab-is-invalid", ((FEEDS, "tier: hobby", "tier: hoby"),)),
)

SETTINGS = "services/settings/settings.yaml"
KEYS_SERVICE = """kind: objects
tier: hobby
description: Settings of others
objects: [settings.yaml]
"""
KEYS = """apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {theme: dark, page.size: "20", language: en}
---
apiVersion: v1
kind: Secret
metadata: {name: passwords}
stringData: {user: somebody, app.password: first, old.password: before}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: reader}
spec:
  selector: {matchLabels: {app: reader}}
  template:
    metadata: {labels: {app: reader}}
    spec:
      containers:
        - name: reader
          image: registry.example/reader:1.0.0
          resources: {requests: {cpu: 10m, memory: 64Mi}, limits: {memory: 64Mi}}
          envFrom: [{configMapRef: {name: settings}}]
          env:
            - {name: PASSWORD, valueFrom: {secretKeyRef: {name: passwords, key: app.password}}}
"""
"""Objects of a service: a Deployment that reads all keys of one, and names one key of the other."""

KEY_CHANGES = (
    Change(
        "keys-removed",
        (
            (SETTINGS, ", language: en", ""),
            (SETTINGS, ", old.password: before", ""),
            (SETTINGS, ", app.password: first", ""),
        ),
    ),
    Change(
        "keys-changed",
        (
            (SETTINGS, "language: en", "language: de, region: any"),
            (SETTINGS, "app.password: first", "app.password: second, third: more"),
        ),
    ),
    Change(
        "key-removed-with-its-reader",
        (
            (SETTINGS, ", app.password: first", ""),
            (SETTINGS, "key: app.password", "key: old.password"),
        ),
    ),
)
"""Changes of these objects: keys go, others differ or are new, one goes with what reads it."""
