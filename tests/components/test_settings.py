"""A stack's configuration is read once, and an error in it is reported in one sentence."""

from pathlib import Path

import pulumi
import pytest

from components.settings import Settings, read_settings
from tests.recording.recorder import record, secret_value

COMPLETE = {
    "homelab:lab": "small",
    "homelab:proxmoxEndpoint": "https://192.0.2.10:8006/",
    "homelab:proxmoxApiToken": "root@pam!homelab=0",
}


def read(config: dict[str, str]) -> Settings:
    found: list[Settings] = []
    record(lambda: found.append(read_settings()), config, ("homelab:proxmoxApiToken", "homelab:kubeconfig"))
    return found[0]


def test_defaults_adopt_and_verify_certificates() -> None:
    settings = read(COMPLETE)
    assert settings.adopt is True
    assert settings.proxmox_insecure is False
    assert settings.kubeconfig is None
    assert (settings.proxmox_ssh_username, settings.proxmox_ssh_private_key) == ("root", None)


@pytest.mark.parametrize(("value", "folder"), [("small", "config/labs/small"), ("/srv/lab", "/srv/lab"), ("./a", "a")])
def test_a_lab_is_a_name_or_a_path(value: str, folder: str) -> None:
    assert read(COMPLETE | {"homelab:lab": value}).lab == Path(folder)


WITHOUT_TOKEN = {key: value for key, value in COMPLETE.items() if key != "homelab:proxmoxApiToken"}


def test_the_token_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXMOX_VE_API_TOKEN", "root@pam!laptop=0")
    assert isinstance(read(WITHOUT_TOKEN).proxmox_api_token, pulumi.Output)


@pytest.mark.parametrize("config", [WITHOUT_TOKEN, COMPLETE | {"homelab:proxmoxApiToken": ""}], ids=["unset", "empty"])
def test_a_missing_token_is_said_in_one_sentence(config: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROXMOX_VE_API_TOKEN", raising=False)
    with pytest.raises(pulumi.RunError, match="There is no API token for Proxmox: run `pulumi config set --secret"):
        read(config)


def test_tokens_keys_and_the_kubeconfig_are_secrets_of_the_stack() -> None:
    def program() -> None:
        settings = read_settings()
        pulumi.export("token", settings.proxmox_api_token)
        pulumi.export("kubeconfig", settings.kubeconfig)
        pulumi.export("key", settings.proxmox_ssh_private_key)

    given = {"homelab:kubeconfig": "apiVersion: v1", "homelab:proxmoxSshPrivateKey": "the key"}
    outputs = record(program, COMPLETE | given).stack_outputs
    assert secret_value(outputs["key"]) == "the key"
    assert secret_value(outputs["token"]) == COMPLETE["homelab:proxmoxApiToken"]
    assert secret_value(outputs["kubeconfig"]) == "apiVersion: v1"


def test_an_empty_kubeconfig_is_none() -> None:
    assert read(COMPLETE | {"homelab:kubeconfig": ""}).kubeconfig is None


WRONG = [
    ({"homelab:lab": ""}, "homelab:lab is not set: run `pulumi config set homelab:lab ...`"),
    ({"homelab:proxmoxEndpoint": ""}, "homelab:proxmoxEndpoint is not set"),
    ({"homelab:proxmoxEndpoint": "http://192.0.2.10:8006"}, "it must be like https://192.0.2.10:8006/."),
    ({"homelab:proxmoxEndpoint": "192.0.2.10"}, "it must be like https://192.0.2.10:8006/."),
    ({"homelab:proxmoxEndpoint": "https://[192.0.2.10"}, "it must be like https://192.0.2.10:8006/."),
    ({"homelab:proxmoxEndpoint": "https://"}, "it must be like https://192.0.2.10:8006/."),
    ({"homelab:proxmoxEndpoint": "https://192.0.2.10:port/"}, "it must be like https://192.0.2.10:8006/."),
    ({"homelab:adopt": "yes"}, "homelab:adopt is 'yes': it must be true or false."),
    ({"homelab:proxmoxInsecure": "1"}, "homelab:proxmoxInsecure is '1': it must be true or false."),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG, ids=[str(change) for change, _ in WRONG])
def test_what_is_wrong_is_said_in_one_sentence(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(pulumi.RunError) as error:
        read(COMPLETE | change)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_lab_without_machines_needs_nothing_of_proxmox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROXMOX_VE_API_TOKEN", raising=False)
    found: list[Settings] = []
    record(lambda: found.append(read_settings(machines=False)), {"homelab:lab": "small"}, ())
    assert found[0].proxmox_endpoint is None
    assert found[0].proxmox_api_token is None


def test_a_host_with_an_endpoint_of_its_own_has_a_token_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Settings] = []
    config = COMPLETE | {"homelab:proxmoxApiToken-cellar": "root@pam!homelab=1"}
    monkeypatch.setenv("PROXMOX_VE_API_TOKEN_FAR_AWAY", "root@pam!homelab=2")
    record(
        lambda: found.append(read_settings(own_endpoints=["cellar", "far-away"])),
        config,
        ("homelab:proxmoxApiToken", "homelab:proxmoxApiToken-cellar"),
    )
    assert [*found[0].proxmox_api_tokens] == ["cellar", "far-away"]
    with pytest.raises(
        pulumi.RunError, match=r"no API token for the Proxmox of attic: .* set PROXMOX_VE_API_TOKEN_ATTIC"
    ):
        record(lambda: found.append(read_settings(own_endpoints=["attic"])), config, ())
