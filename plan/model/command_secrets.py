"""Passwords in commands, which whoever may read pods, or the processes of a node, can read."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from plan.model.secrecy import holds_password, is_secret, may_be_secret


class CommandSecret(NamedTuple):
    """A password, token or key that stands in a command in plain text."""

    word: int
    """In which word of the command it stands, from 0."""
    name: str
    """How it is given: `PGPASSWORD`, `-p of mysqldump`, `an address`."""


class _Option(NamedTuple):
    """An option of a program by which a secret is given."""

    flags: tuple[str, ...]
    glued: bool = False
    """Only `-pSECRET` is the secret; what follows `-p ` is something else."""
    after: str = ""
    """Text before the secret in the value, as the colon of `user:password`."""


_MYSQL = _Option(("-p",), glued=True)
_MONGO = _Option(("-p", "--password"))
_REDIS = _Option(("-a", "--pass"))
_MOSQUITTO = _Option(("-P", "--pw"))
_OPTIONS: Mapping[str, _Option] = {
    **dict.fromkeys(
        (
            *("mysql", "mysqldump", "mysqladmin", "mysqlcheck", "mysqlimport", "mysqlpump", "mysqlshow", "xtrabackup"),
            *("mariadb", "mariadb-dump", "mariadb-admin", "mariadb-check", "mariadb-import", "mariadb-backup"),
        ),
        _MYSQL,
    ),
    **dict.fromkeys(("7z", "7za"), _MYSQL),
    **dict.fromkeys(("mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport"), _MONGO),
    **dict.fromkeys(("redis-cli", "valkey-cli", "keydb-cli"), _REDIS),
    **dict.fromkeys(("mosquitto_pub", "mosquitto_sub", "mosquitto_rr"), _MOSQUITTO),
    "curl": _Option(("-u", "--user", "-U", "--proxy-user"), after=":"),
    "http": _Option(("-a", "--auth"), after=":"),
    "smbclient": _Option(("-U", "--user"), after="%"),
    "sshpass": _Option(("-p",)),
    "sqlcmd": _Option(("-P",)),
    "ldapsearch": _Option(("-w",)),
    "ldapadd": _Option(("-w",)),
    "ldapmodify": _Option(("-w",)),
}
"""Programs whose options for a password do not say so; from their manuals."""
_LONG = re.compile(r"(?i)(?P<name>--?[a-z0-9_.-]*(?:password|passwd|secret|token|api[_-]?key|requirepass|masterauth))")
"""Options of any program whose name says that a secret follows."""
_SHORT = re.compile(r"-[A-Za-z]+")
"""Options of one letter, several of which may stand together: `-fsSu`."""
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>\S+)")
_HEADER = re.compile(
    r"(?i)(?P<name>(?:proxy-)?authorization|[a-z-]*(?:token|api-?key)):\s*(?:bearer |basic |token )?(?P<value>\S{6,})"
)
_OPTION = re.compile(r"--?([\w.-]+)=(\S+)")
_OPTION_ALONE = re.compile(r"--?([A-Za-z][\w.-]*)")
_BETWEEN = ";|&()`\n"
"""Signs between two commands of a shell."""
_REFERENCES = ("$", "`", "<", "{{", "%(")


def command_secrets(words: Sequence[str]) -> Iterator[CommandSecret]:
    """The secrets of a command, and of the lines of a shell among its words; each word tells its first one."""
    told: set[int] = set()
    for index, name in _found(words):
        if index not in told:
            told.add(index)
            yield CommandSecret(index, name)


def suspected_words(words: Sequence[str]) -> frozenset[int]:
    """The words of a command that could hold a secret: enough to leave them out, too little to complain of them."""
    suspected = {each.word for each in command_secrets(words)}
    for at, word in enumerate(words):
        option, follows = _OPTION.fullmatch(word), _OPTION_ALONE.fullmatch(words[at - 1]) if at else None
        if option:
            is_one = may_be_secret(option[1], option[2])
        elif follows:
            is_one = not word.startswith("-") and may_be_secret(follows[1], word)
        else:
            is_one = may_be_secret("", word)
        suspected |= {at} if is_one else set()
    return frozenset(suspected)


def _found(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    yield from _of_command(words)
    for index, word in enumerate(words):
        for line in _lines(word) if " " in word.strip() or "\n" in word else ():
            yield from ((index, name) for _, name in _of_command(line))


def _of_command(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    program = ""
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        base = word.rsplit("/", 1)[-1]
        if not program and base in _OPTIONS:
            program = base
        elif program and _is_given(word, before, _OPTIONS[program]):
            yield index, f"{_flag(word, before, _OPTIONS[program])} of {program}"
        if (match := _ASSIGNED.fullmatch(word)) and _shows(match["value"]) and is_secret(match["name"], match["value"]):
            yield index, match["name"]
        elif (match := _HEADER.fullmatch(word)) and _shows(match["value"]):
            yield index, f"the header {match['name']}"
        elif holds_password(word):
            yield index, "the password of a connection"
        elif named := _named(word, before):
            yield index, named


def _flag(word: str, before: str, option: _Option) -> str:
    given = (flag for flag in option.flags if word.startswith(flag))
    return next(given, before if before in option.flags else f"-{before[-1:]}")


def _is_given(word: str, before: str, option: _Option) -> bool:
    """Whether a word is the value of the option, or the option with its value."""
    ends = tuple(flag[1] for flag in option.flags if len(flag) == 2) if option.after else ()
    if (before in option.flags and not option.glued) or (_SHORT.fullmatch(before) and before.endswith(ends)):
        return not word.startswith("-") and _is_secret_value(word, option)
    for flag in option.flags:
        if word.startswith(flag) and len(word) > len(flag) and (flag.startswith("--") is (word[len(flag)] == "=")):
            return _is_secret_value(word[len(flag) :].removeprefix("="), option)
    return False


def _is_secret_value(stated: str, option: _Option) -> bool:
    _, mark, secret = stated.partition(option.after) if option.after else ("", "", stated)
    return bool(secret) and (bool(mark) or not option.after) and _shows(secret)


def _named(word: str, before: str) -> str:
    """The option before a value, or of it, where its name says that the value is a secret."""
    flag, mark, stated = word.partition("=")
    if not mark:
        flag, stated = before, word
    named = _LONG.fullmatch(flag)
    if named and not stated.startswith("-") and _shows(stated):
        plain = flag.lstrip("-")
        if plain in {"requirepass", "masterauth"} or is_secret(plain, stated):
            return flag
    return ""


def _shows(stated: str) -> bool:
    """Whether it stands there itself, and no variable in its place."""
    return not any(mark in stated for mark in _REFERENCES)


def _lines(script: str) -> Iterator[list[str]]:
    """The commands of a script of a shell, each as its words; all in one where its quotes cannot be read."""
    reader = shlex.shlex(script.replace("\\\n", " "), posix=True, punctuation_chars=_BETWEEN)
    reader.whitespace = " \t\r"
    reader.whitespace_split = True
    command: list[str] = []
    try:
        for word in reader:
            if word.strip(_BETWEEN) == "":
                yield command
                command = []
            else:
                command.append(word)
    except ValueError:
        command = script.split()
    yield command
