"""How programs are given a password on their command line, where the option does not say so; from their manuals."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Option(NamedTuple):
    """Options of a program by which a secret is given."""

    flags: tuple[str, ...]
    glued: bool = False
    """Only `-pSECRET` is the secret; what follows `-p ` is something else."""
    after: str = ""
    """Text before the secret in the value, as the colon of `user:password`."""
    only: str = ""
    """The subcommand that has to come before: `-p` of `docker run` is a port."""


_MYSQL = Option(("-p",), glued=True)
_PASSWORD = Option(("-p",))
_CAPITAL = Option(("-P",))
_LOGIN = Option(("-p",), only="login")
_CREDENTIALS = Option(("--creds", "--src-creds", "--dest-creds"), after=":")


def _each(programs: str, *options: Option) -> Iterable[tuple[str, tuple[Option, ...]]]:
    return ((program, options) for program in programs.split())


OPTIONS: Mapping[str, tuple[Option, ...]] = dict(
    (
        *_each("mysql mysqldump mysqladmin mysqlcheck mysqlimport mysqlpump mysqlshow xtrabackup", _MYSQL),
        *_each("mariadb mariadb-dump mariadb-admin mariadb-check mariadb-import mariadb-backup 7z 7za", _MYSQL),
        *_each("mongo mongosh mongodump mongorestore mongoexport mongoimport", Option(("-p", "--password"))),
        *_each("redis-cli valkey-cli keydb-cli", Option(("-a", "--pass"))),
        *_each("mosquitto_pub mosquitto_sub mosquitto_rr", Option(("-P", "--pw"))),
        *_each("curl", Option(("-u", "--user", "-U", "--proxy-user"), after=":")),
        *_each("http", Option(("-a", "--auth"), after=":")),
        *_each("smbclient", Option(("-U", "--user"), after="%")),
        *_each("etcdctl", Option(("--user",), after=":")),
        *_each("lftp", Option(("-u",), after=",")),
        *_each("sshpass cypher-shell ncftpget ncftpput ncftpls", _PASSWORD),
        *_each("sqlcmd zip unzip ipmitool", _CAPITAL),
        *_each("ldapsearch ldapadd ldapmodify ldapdelete ldappasswd", Option(("-w",))),
        *_each("snmpget snmpset snmpwalk snmpbulkwalk", Option(("-A", "-X"))),
        *_each("docker nerdctl helm crane oras az", _LOGIN),
        *_each("podman buildah skopeo", _LOGIN, _CREDENTIALS),
        *_each("openssl", Option(("-k",)), Option(("-pass", "-passin", "-passout"), after="pass:")),
        *_each("xfreerdp xfreerdp3 wlfreerdp", Option(("/p:",), glued=True)),
    )
)

POSITIONS: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]] = {
    "rabbitmqctl": ((("add_user",), 1), (("change_password",), 1)),
    "mc": ((("alias", "set"), 3), (("config", "host", "add"), 3)),
    "mysqladmin": ((("password",), 0),),
    "mariadb-admin": ((("password",), 0),),
    "ngrok": ((("authtoken",), 0), (("config", "add-authtoken"), 0)),
    "vault": ((("login",), 0),),
}
"""Programs that take a secret without an option: after which subcommands, and how many words that are no options."""
