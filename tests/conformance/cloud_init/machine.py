"""A stand-in for a machine on which the script runs: its folders in a temporary one, and its commands recorded."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

COMMANDS = (
    "apt-get",
    "apt-mark",
    "curl",
    "gpg",
    "ip",
    "kubeadm",
    "modprobe",
    "sleep",
    "swapoff",
    "sysctl",
    "systemctl",
)
"""Commands of the script that a test must not run; awk, grep, mkdir, rm and touch are the real ones."""

STUB = """\
#!/bin/sh
echo "$(basename "$0") $*" >> "$LOG"
count=$(grep --count --fixed-strings "$(basename "$0") $*" "$LOG")
{behaviour}
"""


@dataclass
class Machine:
    """Runs the script of a node with the commands that were given; the others succeed and say nothing."""

    root: Path

    def __post_init__(self) -> None:
        for folder in ("bin", "etc/apt/sources.list.d", "etc/kubernetes", "var/lib"):
            (self.root / folder).mkdir(parents=True)
        (self.root / "etc/kubernetes/kubeadm.yaml").touch()
        for name in COMMANDS:
            self.answers(name, ":")

    def answers(self, command: str, behaviour: str) -> None:
        """Let a command do something, in the language of the shell; `$count` is how often it was run like this."""
        file = self.root / "bin" / command
        file.write_text(STUB.format(behaviour=behaviour), encoding="utf-8")
        file.chmod(0o755)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run the script with the machine's folders."""
        here = re.sub(r"(?<![\w$}\"])/(etc|var)/", rf"{self.root}/\1/", script)
        environment = {"PATH": f"{self.root / 'bin'}:{os.environ['PATH']}", "LOG": str(self.root / "log")}
        return subprocess.run(
            ["sh", "-c", here], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    @property
    def commands(self) -> list[str]:
        """Commands that were run, in order."""
        log = self.root / "log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def has_run(self, start: str) -> bool:
        """Whether a command that begins so was run."""
        return any(command.startswith(start) for command in self.commands)
