"""Names and texts that hold a secret in plain text: passwords, keys and tokens."""

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ENDS = frozenset(
    {
        "pass",
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "psk",
        "salt",
        "dsn",
        "htpasswd",
        "secret",
        "token",
        "credential",
        "credentials",
        "apikey",
    }
)
"""Words at the end of a name that say that its value is a secret."""
_GIVEN = frozenset({"pass", "password", "passwd", "passphrase", "pwd", "psk", "htpasswd", "token", "apikey"})
_KEYS_GIVEN = frozenset({"api", "private", "access", "encryption"})
_ENCRYPTED = "ENC["
"""The beginning of a value that SOPS has encrypted."""
_RUN_TOGETHER = ("password", "passwd", "passphrase")
"""Ends of a word that say the same: PGPASSWORD, rootpassword."""
_WHOLE = frozenset({"SSHPASS", "REDISCLI_AUTH"})
"""Variables by which programs are given a password, and whose names do not show it."""
_ANYWHERE = frozenset({"secret", "secrets", "token", "tokens", "credential", "credentials", "apikey"})
"""Words that let one suspect so wherever they stand in a name."""
_PAIRS = frozenset({"key", "string"})
_KINDS_OF_KEY = frozenset({"api", "private", "access", "secret", "encryption", "connection", "master", "signing"})
_ABOUT = frozenset(
    {
        "file",
        "path",
        "dir",
        "name",
        "length",
        "ttl",
        "timeout",
        "expiry",
        "expires",
        "expiration",
        "enable",
        "enabled",
        "disable",
        "disabled",
        "url",
        "uri",
        "existing",
        "ref",
        "endpoint",
        "issuer",
        "algorithm",
        "type",
        "lifetime",
        "count",
        "max",
        "min",
        "per",
    }
)
"""Words of a name that say that a value is about a secret, and none itself."""
_SETTING = re.compile(
    r"(|true|false|yes|no|on|off|none|null|enabled|disabled|\d{1,4}|<[^>]*>|local|dummy|unused|ignored|not[-_]?needed"
    r"|(\./|/|file:|!secret |os\.environ|os\.getenv|process\.env).*)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\$\([A-Za-z_][A-Za-z0-9_.]*\)|\$\{?[A-Za-z_][A-Za-z0-9_]*\}?|<[A-Za-z][A-Za-z _-]{2,}>|\{\{.*\}\}"
)
_HASH = re.compile(r"\$(argon2\w*|2[aby]?|[156y]|apr1|scrypt|pbkdf2[-\w]*)\$")
"""The beginning of a password that is hashed, which looks like a variable."""
_SCRIPT = re.compile(r"\.(py|js|ts|sh|lua|html|css|md)$")
"""Endings of files with code or text, which a ConfigMap has as keys: `tokens-per-second.py`."""
_IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/@:]*:(?P<password>[^\s/@]+)@", re.IGNORECASE)
_IN_CONNECTION = re.compile(
    r"(?=.*\b(?:server|host|data source|user|user id|uid|username)\s*=)"
    r"(?:.*[;\s])?(?:password|pwd)=(?P<password>[^\s;$<{%\"'][^\s;]*)",
    re.IGNORECASE,
)
"""A password among the settings of a connection: `Server=db;User Id=sa;Password=...`, `host=db password=...`."""
_BEFORE_PROTOCOL = re.compile(r"[^\s:/@]+:(?P<password>[^\s@$][^\s@]*)@(?:tcp|unix)\(")
"""A password in an address of Go's MySQL driver: `user:password@tcp(db:3306)/name`."""

TOKEN = re.compile(
    r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{20}|xox[abpr]-[A-Za-z0-9-]{10,}|"
    r"AKIA[A-Z0-9]{16}|hvs\.[A-Za-z0-9_-]{20,}|tskey-[a-z]+-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9]{32,})\b|"
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
"""Tokens that show by their form what they are: of GitHub, GitLab, Slack, AWS, Vault, Tailscale, OpenAI; keys."""


def names_secret(name: str) -> bool:
    """Whether a value with such a name is a secret: DB_PASSWORD, apiKey, and not SECRET_NAME or TOKEN_TTL."""
    words = _words(name)
    last, before = (words or [""])[-1], words[-2] if len(words) > 1 else ""
    ends = (
        last in _ENDS or name in _WHOLE or last.endswith(_RUN_TOGETHER) or (last in _PAIRS and before in _KINDS_OF_KEY)
    )
    return ends and _ABOUT.isdisjoint(words)


def may_name_secret(name: str) -> bool:
    """Whether a value with such a name could be a secret: enough to leave it out, too little to complain of it."""
    words = _words(name)
    return names_secret(name) or (
        _ABOUT.isdisjoint(words) and (words[-1:] == ["auth"] or not _ANYWHERE.isdisjoint(words))
    )


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def states_secret(name: str, value: str) -> bool:
    """Whether a field of an object of an operator is a secret. `secret` there, and `secretKey`, are names of one."""
    words = _words(name)
    last, before = (words or [""])[-1], words[-2] if len(words) > 1 else ""
    named = last in _GIVEN or last.endswith(_RUN_TOGETHER) or (last == "key" and before in _KEYS_GIVEN)
    return (
        holds_password(value)
        or TOKEN.search(value) is not None
        or (named and _ABOUT.isdisjoint(words) and _is_no_setting(value) and not value.startswith(_ENCRYPTED))
    )


def holds_password(text: str) -> bool:
    """Whether an address or a connection string has a password in it, and no variable in its place."""
    found = [*_IN_ADDRESS.finditer(text), _IN_CONNECTION.match(text), _BEFORE_PROTOCOL.match(text)]
    passwords = [match["password"] for match in found if match]
    return any(not _REFERENCE.fullmatch(password) for password in passwords)


def without_passwords(text: str, instead: str) -> str:
    """An address or a connection string with something else in place of the passwords in it."""
    for pattern in (_IN_ADDRESS, _BEFORE_PROTOCOL):
        text = pattern.sub(lambda found: _replaced(found, instead), text)
    connection = _IN_CONNECTION.match(text)
    return f"{_replaced(connection, instead)}{text[connection.end() :]}" if connection else text


def _replaced(found: re.Match[str], instead: str) -> str:
    if _REFERENCE.fullmatch(found["password"]):
        return found[0]
    before, after = found.start("password") - found.start(), found.end("password") - found.start()
    return f"{found[0][:before]}{instead}{found[0][after:]}"


def is_secret(name: str, value: str) -> bool:
    """Whether a value is a secret, by its name and by what it is: settings, paths and variables are none."""
    return holds_password(value) or (names_secret(name) and _is_no_setting(value))


def may_be_secret(name: str, value: str) -> bool:
    """Whether a value could be a secret."""
    shown = holds_password(value) or TOKEN.search(value) is not None
    return shown or (may_name_secret(name) and not _SCRIPT.search(name) and _is_no_setting(value))


def _is_no_setting(value: str) -> bool:
    return not _SETTING.fullmatch(value) and (_HASH.match(value) is not None or not _REFERENCE.search(value))
