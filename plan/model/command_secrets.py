"""Passwords in commands, which whoever may read pods, or the processes of a node, can read."""

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plan.model.command_options import OPTIONS, POSITIONS, Option
from plan.model.secrecy import TOKEN, holds_password, is_secret, may_be_secret


class CommandSecret(NamedTuple):
    """A password, token or key that stands in a command in plain text."""

    word: int
    """In which word of the command it stands, from 0."""
    name: str
    """How it is given: `PGPASSWORD`, `-p of mysqldump`, `an address`."""


_LONG = re.compile(
    r"(?i)--?(?:[a-z0-9_.-]*(?:password|passwd|passphrase|secret(?:[_-]key)?|token|api[_-]?key|requirepass|masterauth)"
    r"|(?:[a-z0-9_.-]*[_.-])?pass)"
)
"""Options of any program whose name says that a secret follows."""
_SHORT = re.compile(r"-[A-Za-z]+")
"""Options of one letter, several of which may stand together: `-fsSu`."""
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>\S+)")
_HEADER = re.compile(
    r"(?i)(?P<name>(?:proxy-)?authorization|[a-z-]*(?:token|api-?key)):\s*(?:bearer |basic |token )?(?P<value>\S{6,})"
)
_OPTION = re.compile(r"--?([\w.-]+)=(\S+)")
_OPTION_ALONE = re.compile(r"--?([A-Za-z][\w.-]*)")
_INSIDE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a statement of SQL", re.compile(r"(?i)\b(?:password|identified\s+by)\s+'(?P<value>[^']+)'")),
    ("a user of MongoDB", re.compile(r"""\bpwd\s*:\s*["'](?P<value>[^"']+)["']""")),
    (
        "a user of MongoDB",
        re.compile(r"""\bdb\.(?:auth|changeUserPassword)\(\s*["'][^"']*["']\s*,\s*["'](?P<value>[^"']+)["']"""),
    ),
    (
        "the query of an address",
        re.compile(r"""(?i)://[^\s"']*[?&][\w-]*(?:token|api_?key|password|secret)=(?P<value>[^&\s"']{6,})"""),
    ),
    ("an option of a mount", re.compile(r"(?i),pass(?:word|wd)?=(?P<value>[^,\s]+)")),
    ("a setting of JAAS", re.compile(r"""\bpassword\s*=\s*\\?"(?P<value>[^"]+?)\\?"[\s;]""")),
    (
        "the input of a program",
        re.compile(
            r"\b(?:echo|printf)\s+(?P<value>[^|;&\n]+?)\s*\|\s*(?:sudo\s+)?"
            r"(?:chpasswd\b|passwd\s+--stdin\b|[^|;&\n]*\s--password-stdin\b)"
        ),
    ),
)
"""Passwords within a word: of other languages, and of scripts."""
_DEEPEST = 3
"""Of shells that a shell calls."""
_BETWEEN = ";|&()`\n"
"""Signs between two commands of a shell."""
_HTPASSWD = "htpasswd"
_BEFORE = frozenset({"command", "env", "exec", "nohup", "sudo", "then", "time"})
"""Words before the name of a program."""
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


def _found(words: Sequence[str], depth: int = 0) -> Iterator[tuple[int, str]]:
    yield from _of_command(words)
    yield from _by_position(words)
    for index, word in enumerate(words):
        for name, pattern in _INSIDE:
            if any(_shows(found["value"]) for found in pattern.finditer(word)):
                yield index, name
        for line in _lines(word) if depth < _DEEPEST and (" " in word.strip() or "\n" in word) else ():
            yield from ((index, name) for _, name in _found(line, depth + 1))


def _of_command(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    program = ""
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        base = word.rsplit("/", 1)[-1]
        options = [each for each in OPTIONS.get(program, ()) if not each.only or each.only in words[:index]]
        given = next((each for each in options if _is_given(word, before, each)), None)
        if not program and base in OPTIONS:
            program = base
        elif given:
            yield index, f"{_flag(word, before, given)} of {program}"
        if (match := _ASSIGNED.fullmatch(word)) and _is_assigned(match["name"], match["value"]):
            yield index, match["name"]
        elif (match := _HEADER.fullmatch(word)) and _shows(match["value"]):
            yield index, f"the header {match['name']}"
        elif holds_password(word):
            yield index, "the password of a connection"
        elif named := _named(word, before):
            yield index, named
        elif TOKEN.search(word):
            yield index, "a token"


def _is_assigned(name: str, stated: str) -> bool:
    """Whether a secret is assigned; `token=token` passes a variable on, in a call of another language."""
    return _shows(stated) and stated.rstrip(",") != name and is_secret(name, stated)


def _by_position(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Secrets without an option, as the password of `rabbitmqctl add_user NAME PASSWORD`."""
    program = next((at for at, word in enumerate(words) if word not in _BEFORE and "=" not in word), 0)
    name = words[program].rsplit("/", 1)[-1] if words else ""
    plain = [at for at in range(program + 1, len(words)) if not words[at].startswith("-")]
    if name == _HTPASSWD:
        switches = "".join(word for word in words[program:] if _SHORT.fullmatch(word))
        if "b" in switches and plain and _shows(words[plain[-1]]):
            yield plain[-1], f"-b of {name}"
        return
    for subcommands, place in POSITIONS.get(name, ()):
        said = tuple(words[at] for at in plain)
        for start in range(len(plain) - len(subcommands) - place):
            end = start + len(subcommands)
            at = plain[end + place]
            if said[start:end] == subcommands and _shows(words[at]) and "=" not in words[at]:
                yield at, f"{' '.join(subcommands)} of {name}"


def _flag(word: str, before: str, option: Option) -> str:
    given = (flag for flag in option.flags if word.startswith(flag))
    return next(given, before if before in option.flags else f"-{before[-1:]}")


def _is_given(word: str, before: str, option: Option) -> bool:
    """Whether a word is the value of the option, or the option with its value."""
    ends = tuple(flag[1] for flag in option.flags if len(flag) == 2) if option.after else ()
    if (before in option.flags and not option.glued) or (_SHORT.fullmatch(before) and before.endswith(ends)):
        return not word.startswith("-") and _is_secret_value(word, option)
    for flag in option.flags:
        if word.startswith(flag) and len(word) > len(flag) and (flag.startswith("--") is (word[len(flag)] == "=")):
            return _is_secret_value(word[len(flag) :].removeprefix("="), option)
    return False


def _is_secret_value(stated: str, option: Option) -> bool:
    _, mark, secret = stated.partition(option.after) if option.after else ("", "", stated)
    return bool(secret) and (bool(mark) or not option.after) and _shows(secret)


def _named(word: str, before: str) -> str:
    """The option before a value, or of it, where its name says that the value is a secret."""
    flag, mark, stated = word.partition("=")
    if not mark or not word.startswith("-"):
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
