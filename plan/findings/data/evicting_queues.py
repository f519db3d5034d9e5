"""Queues of jobs in a store that throws entries away when it is full."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of
from config.service import HelmService
from config.source import Path
from plan.findings.program import Program
from plan.model.fields import texts
from plan.model.findings import Finding, Rule
from plan.wording import listed

JOBS_THROWN_AWAY = Rule(
    "JOBS-THROWN-AWAY",
    "warning",
    title="A store of queues throws jobs away when it is full",
    meaning=(
        "With a maxmemory-policy that begins with allkeys-, Redis and its kin delete entries to make room: for a cache "
        "that is meant. A queue's entries are jobs that nobody has anywhere else: mails, imports and thumbnails are "
        "never made, and nothing says so. Celery, Sidekiq and BullMQ ask for noeviction, with which a full store "
        "refuses new jobs loudly."
    ),
    remedy="Write --maxmemory-policy noeviction, or give the caches a store of their own.",
)

_STORES = frozenset(
    {"redis", "valkey", "keydb", "dragonfly", "redis-stack", "redis-stack-server", "redis-ha", "redis-cluster"}
)
"""By the last part of an image's name, and by the name of a chart."""
_POLICY = re.compile(r"(?i)maxmemory[-_]policy[\"']?\s*[=: ]\s*[\"']?(allkeys-\w+)")
QUEUED: Mapping[str, str] = {
    "paperless-ngx": "Celery",
    "netbox": "RQ",
    "authentik": "Celery",
    "recipes": "Celery",
    "immich-server": "BullMQ",
    "affine": "BullMQ",
    "affine-graphql": "BullMQ",
    "postiz-app": "BullMQ",
    "outline": "Bull",
    "twenty": "BullMQ",
    "firecrawl": "BullMQ",
    "langfuse-worker": "BullMQ",
    "dawarich": "Sidekiq",
    "mastodon": "Sidekiq",
    "gitlab-ce": "Sidekiq",
    "gitlab-ee": "Sidekiq",
    "chatwoot": "Sidekiq",
    "discourse": "Sidekiq",
    "grampsweb": "Celery",
    "funkwhale": "Celery",
    "pixelfed": "Laravel",
    "linkace": "Laravel",
}
"""Programs that keep jobs in Redis, by the last part of an image's name and by a chart's name (their documentation)."""
_TELLS_QUEUE = re.compile(r"(?i)\b(?:celery|sidekiq|bullmq|QUEUE_BULL_\w+|resque|rq worker|BROKER_URL)")
"""In a command or a variable."""
_NAMES_STORE = re.compile(r"(?i)redis|valkey|broker|bull|celery|cache|queue")
"""In a variable or a key that names a store, or in an address."""


class _Full(NamedTuple):
    """A store that deletes what it has."""

    path: Path
    name: str
    namespace: str
    policy: str
    is_chart: bool


class _User(NamedTuple):
    """A program that keeps jobs in a store."""

    name: str
    namespace: str
    by: str
    told: str


def evicting_queue_findings(lab: Lab, found: Sequence[Program]) -> Iterator[Finding]:
    """A finding for each store that deletes entries under a queue."""
    stores = [*_stores(lab, found)]
    users = [*_users(lab, found)] if stores else []
    for store in stores:
        queued = {user.name: user.by for user in users if _names(user, store)}
        if queued:
            yield JOBS_THROWN_AWAY.finding(
                store.path,
                f"{store.name} deletes any entry when it is full ({store.policy}), and "
                f"{listed([f'{name} ({by})' for name, by in queued.items()])} "
                f"{'keeps its jobs' if len(queued) == 1 else 'keep their jobs'} there: jobs are lost, and nothing "
                "says so",
                f"write maxmemory-policy noeviction for {store.name}, or let its caches use another store",
                about=store.name,
                facts={"policy": store.policy, "users": tuple(queued)},
            )


def _stores(lab: Lab, found: Sequence[Program]) -> Iterator[_Full]:
    for each in found:
        match = _POLICY.search(each.told) if each.short in _STORES else None
        if match and not each.ends:
            yield _Full(each.path, each.name, namespace_of(lab, each.service), match[1], is_chart=False)
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and service.chart.name in _STORES:
            rows = texts(service.values, ("services", name, "values"))
            told = " ".join(f"{key[-1]} {said}" if isinstance(key[-1], str) else said for key, said in rows)
            if match := _POLICY.search(told):
                yield _Full(("services", name, "values"), name, namespace_of(lab, name), match[1], is_chart=True)


def _users(lab: Lab, found: Sequence[Program]) -> Iterator[_User]:
    for each in found:
        by = QUEUED.get(each.short) or (_TELLS_QUEUE.search(each.told) and "its queue")
        if by:
            told = "\n".join(f"{key}={said}" for key, said in each.env.items() if _NAMES_STORE.search(f"{key} {said}"))
            yield _User(each.name, namespace_of(lab, each.service), by, told)
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and service.chart.name in QUEUED:
            told = "\n".join(
                f"{key[-1]}={said}"
                for key, said in texts(service.values, ("services", name, "values"))
                if any(_NAMES_STORE.search(str(part)) for part in (*key[3:], said))
            )
            yield _User(name, namespace_of(lab, name), QUEUED[service.chart.name], told)


def _names(user: _User, store: _Full) -> bool:
    """Whether a setting names the store: alone in its namespace, with it elsewhere."""
    name = rf"{re.escape(store.name)}(?:-(?:master|headless|primary))?" if store.is_chart else re.escape(store.name)
    here = r"(?![\w.-])" if user.namespace == store.namespace else r"(?!)"
    return bool(re.search(rf"(?<![\w.-])(?:{name}{here}|{name}\.{re.escape(store.namespace)}(?![\w-]))", user.told))
