"""The files that cloud-init reads when a machine boots for the first time."""

from collections.abc import Mapping

import pulumi
import pulumi_proxmoxve as proxmoxve

from components.identity import known_as
from plan import model
from plan.model.placeholders import Secret, filled, placeholders


def declare_snippet(
    snippet: model.Snippet, secrets: Mapping[Secret, pulumi.Output[str]], opts: pulumi.ResourceOptions
) -> proxmoxve.FileLegacy:
    """Declare a snippet, which is written once.

    Later changes of it, its file's name among them, are ignored: cloud-init reads it when the machine boots for the
    first time. It is protected, for Proxmox does not start a machine whose snippets are gone.

    It is written by SFTP. The provider's other way pipes it through `tee`, and where that fails, its error shows what
    `tee` had printed: the keys. Nobody but its owner may read it, which is whoever writes it over SSH.
    """
    return _file(
        snippet,
        content(snippet, secrets),
        pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions.merge(opts, known_as(snippet.file_name)),
            pulumi.ResourceOptions(
                protect=True,
                ignore_changes=["source_raw"],
                delete_before_replace=True,
            ),
        ),
    )


def declare_emptied(snippet: model.Snippet, opts: pulumi.ResourceOptions) -> proxmoxve.FileLegacy:
    """Declare the same file without its contents. It is written once, and stays where Pulumi forgets it."""
    once = pulumi.ResourceOptions(ignore_changes=["source_raw"], retain_on_delete=True)
    return _file(snippet.emptied, snippet.emptied.content, pulumi.ResourceOptions.merge(opts, once))


def _file(snippet: model.Snippet, data: pulumi.Input[str], opts: pulumi.ResourceOptions) -> proxmoxve.FileLegacy:
    return proxmoxve.FileLegacy(
        snippet.name,
        content_type="snippets",
        datastore_id=snippet.storage,
        node_name=snippet.host,
        overwrite=True,
        upload_mode="sftp",
        file_mode="0600",
        source_raw=proxmoxve.FileLegacySourceRawArgs(file_name=snippet.file_name, data=data),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=["source_raw"])),
    )


def content(snippet: model.Snippet, secrets: Mapping[Secret, pulumi.Output[str]]) -> pulumi.Output[str]:
    """The text with its secrets, of which it waits for those that it has."""
    needed = placeholders(snippet.content)
    known = pulumi.Output.all(*(secrets[name] for name in needed))
    text = known.apply(lambda values: filled(snippet.content, dict(zip(needed, values, strict=True))))
    return pulumi.Output.secret(text)
