"""The state in an S3-compatible store, which runners share: a real store, the real engine, and its lock."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.installation import install
from rehearsal.tools import ToolMissing, path_of
from tests.conformance.pulumi.endings import end_session
from tests.conformance.waiting import eventually

KEY, SECRET = "access", "of-no-use-to-anybody"
PROGRAM = """
import os, time, pulumi
pulumi.export("password", pulumi.Output.secret("hunter2-hunter2"))
time.sleep(float(os.environ.get("SLEEP", "0")))
"""


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address of a bucket as Pulumi takes it, and the folder in which the store keeps its objects."""
    try:
        store = path_of("versitygw")
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    objects = tmp_path / "objects"
    (objects / "state").mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    keys = {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
    with (tmp_path / "store.log").open("w") as log:
        process = subprocess.Popen(
            [store, "--port", address, "posix", str(objects)], env=os.environ | keys, stdout=log, stderr=log
        )
        try:
            assert eventually(lambda: _answers(address))
            yield f"s3://state?endpoint=http://{address}&region=us-east-1&s3ForcePathStyle=true", objects / "state"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _answers(address: str) -> bool:
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


class Project:
    """A clone of a small program, whose state is in the bucket."""

    def __init__(self, folder: Path, bucket: str) -> None:
        self.folder = folder
        folder.mkdir()
        runtime = f"{{name: python, options: {{virtualenv: {sys.prefix}}}}}"
        (folder / "Pulumi.yaml").write_text(f"name: tiny\nruntime: {runtime}\n", encoding="utf-8")
        (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        installed = install(folder)
        self.pulumi = installed.pulumi
        self.environment = os.environ | {
            **installed.environment,
            "PULUMI_BACKEND_URL": bucket,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "PULUMI_CONFIG_PASSPHRASE": "of no use to anybody",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.pulumi, *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def begin_up(self) -> subprocess.Popen[bytes]:
        """An `up` that lasts for a minute, unless it is ended."""
        return subprocess.Popen(
            [self.pulumi, "up", "--yes", "--skip-preview", "--stack", "dev", "--non-interactive"],
            cwd=self.folder,
            env=self.environment | {"SLEEP": "60"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def locks(objects: Path) -> list[Path]:
    return list((objects / ".pulumi" / "locks").rglob("*.json"))


def test_two_runners_share_a_state_and_its_lock(bucket: tuple[str, Path], tmp_path: Path) -> None:
    address, objects = bucket
    first, second = Project(tmp_path / "first", address), Project(tmp_path / "second", address)
    up = ("up", "--yes", "--skip-preview", "--stack", "dev")
    assert first.run("stack", "init", "dev").returncode == 0
    assert first.run(*up).returncode == 0
    assert "dev" in second.run("stack", "ls").stdout
    assert not locks(objects)

    running = first.begin_up()
    try:
        assert eventually(lambda: bool(locks(objects)))
        refused = second.run(*up)
        assert refused.returncode != 0
        assert "the stack is currently locked by 1 lock(s)" in refused.stderr
    finally:
        end_session(running.pid)
        running.wait()
    assert "the stack is currently locked" in second.run(*up).stderr
    assert second.run("cancel", "--yes", "--stack", "dev").returncode == 0
    assert second.run(*up).returncode == 0
    assert not locks(objects)


def test_no_secret_lies_in_the_store_in_clear(bucket: tuple[str, Path], tmp_path: Path) -> None:
    address, objects = bucket
    project = Project(tmp_path / "first", address)
    project.run("stack", "init", "dev")
    assert project.run("up", "--yes", "--skip-preview", "--stack", "dev").returncode == 0
    shown = project.run("stack", "output", "password", "--stack", "dev", "--show-secrets")
    assert shown.stdout.strip() == "hunter2-hunter2"
    written = [file for file in objects.rglob("*") if file.is_file()]
    assert any(file.name == "dev.json" for file in written)
    assert not [file for file in written if b"hunter2" in file.read_bytes()]
