"""Users of the API, and their privileges."""

from collections.abc import Mapping, Sequence
from http.cookies import SimpleCookie
from typing import NamedTuple

from werkzeug.datastructures import Headers

from rehearsal.proxmox.answers import Refusal, denied
from rehearsal.proxmox.state import State

ROOT = "root@pam"
TICKET = "PVE:{user}:6B025BB9::rehearsal"
CSRF_TOKEN = "6B025BB9:rehearsal"

PRIVILEGES = [
    "Datastore.Allocate",
    "Datastore.AllocateSpace",
    "Datastore.AllocateTemplate",
    "Datastore.Audit",
    "Group.Allocate",
    "Mapping.Audit",
    "Mapping.Modify",
    "Mapping.Use",
    "Permissions.Modify",
    "Pool.Allocate",
    "Pool.Audit",
    "Realm.Allocate",
    "Realm.AllocateUser",
    "SDN.Allocate",
    "SDN.Audit",
    "SDN.Use",
    "Sys.AccessNetwork",
    "Sys.Audit",
    "Sys.Console",
    "Sys.Incoming",
    "Sys.Modify",
    "Sys.PowerMgmt",
    "Sys.Syslog",
    "User.Modify",
    "VM.Allocate",
    "VM.Audit",
    "VM.Backup",
    "VM.Clone",
    "VM.Config.CDROM",
    "VM.Config.CPU",
    "VM.Config.Cloudinit",
    "VM.Config.Disk",
    "VM.Config.HWType",
    "VM.Config.Memory",
    "VM.Config.Network",
    "VM.Config.Options",
    "VM.Console",
    "VM.GuestAgent.Audit",
    "VM.GuestAgent.FileRead",
    "VM.GuestAgent.FileSystemMgmt",
    "VM.GuestAgent.FileWrite",
    "VM.GuestAgent.Unrestricted",
    "VM.Migrate",
    "VM.PowerMgmt",
    "VM.Replicate",
    "VM.Snapshot",
    "VM.Snapshot.Rollback",
]
"""All that Proxmox 9 knows."""


class User(NamedTuple):
    """The user of a request."""

    name: str
    """`root@pam`, or with a token `homelab@pve!pulumi`: a token of root is not root."""
    privileges: Mapping[str, Sequence[str]]
    """By path, for all below it too."""
    here: Mapping[str, Sequence[str]]
    """By path, for that path alone."""
    means: str
    """`token` or `ticket`."""

    @property
    def is_root(self) -> bool:
        return self.name == ROOT

    def at(self, path: str) -> Sequence[str]:
        """The privileges on a path: those that are granted on it, or else on the next one above."""
        if path in self.here:
            return (*self.privileges.get(path, ()), *self.here[path])
        while path not in self.privileges:
            if path == "/":
                return ()
            path = path.rpartition("/")[0] or "/"
        return self.privileges[path]

    def may(self, path: str, *privileges: str) -> bool:
        """Whether they have one of the privileges."""
        return self.is_root or any(privilege in self.at(path) for privilege in privileges)

    def need(self, path: str, *privileges: str) -> None:
        """Raises Refusal where one of the privileges is missing."""
        if not all(self.may(path, privilege) for privilege in privileges):
            raise denied(path, ", ".join(privileges))

    def need_any(self, path: str, *privileges: str) -> None:
        """Raises Refusal where all of the privileges are missing."""
        if not self.may(path, *privileges):
            raise denied(path, "|".join(privileges))


def authenticate(state: State, headers: Headers, method: str) -> User:
    """The user of a request, by token or ticket. Raises Refusal."""
    authorization = headers.get("Authorization", "")
    if authorization.startswith("PVEAPIToken="):
        name, _, secret = authorization.removeprefix("PVEAPIToken=").partition("=")
        token = state.tokens.get(name)
        if token is None:
            raise Refusal(f"no such token '{name.rpartition('!')[2]}' for user '{name.partition('!')[0]}'", 401)
        if token.secret != secret:
            raise Refusal("invalid token value!", 401)
        return User(name, token.privileges, token.privileges_here, "token")
    cookie = SimpleCookie(headers.get("Cookie", "")).get("PVEAuthCookie")
    if cookie is None:
        raise Refusal("No ticket", 401)
    for user in state.users:
        if cookie.value == TICKET.format(user=user):
            if method != "GET" and headers.get("CSRFPreventionToken") != CSRF_TOKEN:
                raise Refusal("Permission denied - invalid csrf token", 401)
            return User(user, {"/": PRIVILEGES}, {}, "ticket")
    raise Refusal("permission denied - invalid PVE ticket", 401)


def ticket(state: State, parameters: Mapping[str, str]) -> dict[str, object]:
    """A ticket for a user's password. Raises Refusal."""
    user = parameters.get("username", "")
    if state.users.get(user) != parameters.get("password", ""):
        raise Refusal("authentication failure", 401)
    return {"username": user, "ticket": TICKET.format(user=user), "CSRFPreventionToken": CSRF_TOKEN, "cap": {}}


def permissions(user: User) -> dict[str, dict[str, int]]:
    """Answer of `access/permissions` about a user: 1 holds for everything below a path too."""
    paths = sorted({*user.privileges, *user.here})
    return {
        path: dict.fromkeys(user.here.get(path, ()), 0) | dict.fromkeys(user.privileges.get(path, ()), 1)
        for path in paths
    }
