"""The files of cloud-init reach the host over SSH."""

from pathlib import Path

from rehearsal.proxmox import State, emulator
from rehearsal.proxmox.sftp import sftp
from tests.conformance.proxmox.conftest import HOST
from tests.conformance.proxmox.resources import FILE
from tests.conformance.proxmox.terraform import Terraform
from tests.plan.labs import plan_of

(SNIPPET, *_) = plan_of("small").machines[0].snippets
VOLUME = f"{SNIPPET.storage}:snippets/{SNIPPET.file_name}"


def test_a_snippet_is_written_by_sftp_for_root_alone_and_a_second_run_writes_nothing(
    environment: dict[str, str], tmp_path: Path
) -> None:
    state = State.read(HOST)
    file = {
        "content_type": "snippets",
        "datastore_id": SNIPPET.storage,
        "node_name": SNIPPET.host,
        "overwrite": True,
        "upload_mode": "sftp",
        "file_mode": "0600",
        "source_raw": {"file_name": SNIPPET.file_name, "data": SNIPPET.content.replace("${", "$${")},
    }
    with emulator(state) as proxmox, sftp(state) as ssh:
        terraform = Terraform(tmp_path, environment, proxmox, ssh=ssh)
        terraform.declare({FILE: {"snippet": file}})
        terraform.must_apply()
        assert state.volumes[VOLUME].text == SNIPPET.content
        assert ssh.file(f"/var/lib/vz/snippets/{SNIPPET.file_name}").stat().st_mode & 0o777 == 0o600
        terraform.assert_nothing_to_do()
        terraform.declare({})
        terraform.must_apply()
        assert VOLUME not in state.volumes
