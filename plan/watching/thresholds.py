"""From when on something is told. Limits that the lab states itself (slots, quotas, policies) are not repeated here."""

from datetime import timedelta

SLOTS_FILLING = 6 / 7
"""Share of a node's volume slots: 24 of 28, the figure of the lab's runbook (docs/facts.md, The lab)."""
SLOTS_LEFT_CRITICAL = 1
"""Free slots of a node at which the next pod that moves may wait: 27 of 28 are taken."""
QUOTA_FULL = 0.95
"""Share of a quota (docs/facts.md, The lab)."""
RESERVATION_PRESENT = 0.9
"""Share of the planned reservation that a node has to keep back: its capacity varies a little with its kernel."""
EVICTIONS_PER_DAY = 20
"""Above it for three days the cluster is too full (docs/facts.md, The lab)."""
VIDEO_MEMORY_FULL = 0.95
POOL_FILLING, POOL_FULL = 0.85, 0.95
"""Shares of a storage: under 15 % free (docs/facts.md, The lab), and where writes are about to fail."""
BACKUP_LATE = 1.5
"""Longest pauses of its schedule after which a backup is too old: a run may be missed by half of one."""
BACKUP_GRACE = timedelta(hours=1)
"""Time that a run may take."""
CERTIFICATE_ENDS = timedelta(days=14)
"""ACME certificates are renewed 30 days before their end: with 14 left that has failed for half of the time."""
CLIENT_CERTIFICATE_ENDS = timedelta(days=7)
"""Of kubelets and of clients of the API server (as kubernetes-mixin)."""
RECENTLY = "15m"
"""How far back events are looked for."""
