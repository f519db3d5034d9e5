"""Runs a Pulumi program without an engine, and keeps what it asked the engine for."""

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import mocks, set_all_config
from pulumi.runtime.proto import engine_pb2, resource_pb2
from pulumi.runtime.settings import Settings, configure, set_root_resource
from pulumi.runtime.stack import run_in_stack

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""How the wire marks a secret; its value is next to the mark."""
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Mark of a value that is unknown until `up`."""


@dataclass(frozen=True)
class Resource:
    """A resource as it was asked for."""

    urn: str
    type: str
    name: str
    custom: bool
    inputs: dict[str, Any]
    parent: str
    """URN; empty for the stack."""
    provider: str
    """URN of the explicit provider; empty where there is none."""
    dependencies: frozenset[str]
    protect: bool
    ignore_changes: tuple[str, ...]
    import_id: str
    aliases: tuple[str, ...]
    """Types under which it may have been declared before."""
    delete_before_replace: bool
    retain_on_delete: bool
    waits: tuple[str, str]
    """How long its creation and an update are waited for; empty where the provider decides."""
    secret_outputs: frozenset[str]
    """Properties that the engine marks as secrets in what the provider answers."""

    @property
    def key(self) -> tuple[str, str]:
        """Type and name, by which tests find it."""
        return self.type, self.name


Answer = Callable[[Resource], Mapping[str, Any]]
"""Values that a provider adds to a resource's inputs once it has made it; `id` becomes its id."""


@dataclass
class Recording:
    """Everything that a program asked for, in the order in which it did."""

    resources: dict[str, Resource] = field(default_factory=dict)
    """By URN."""
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Outputs that components registered, by URN."""
    errors: list[str] = field(default_factory=list)
    """Errors that the program logged."""
    log: list[str] = field(default_factory=list)
    """Everything that it logged."""

    def of_type(self, resource_type: str) -> list[Resource]:
        """All resources of a type."""
        return [resource for resource in self.resources.values() if resource.type == resource_type]

    def get(self, resource_type: str, name: str) -> Resource:
        """The resource of that type and name."""
        return next(resource for resource in self.of_type(resource_type) if resource.name == name)

    @property
    def components(self) -> list[Resource]:
        """The component resources, the stack aside."""
        return [
            resource
            for resource in self.resources.values()
            if not resource.custom and resource.type != "pulumi:pulumi:Stack"
        ]

    @property
    def objects(self) -> list[Resource]:
        """Resources that providers manage; the providers themselves aside."""
        return [
            resource
            for resource in self.resources.values()
            if resource.custom and not resource.type.startswith("pulumi:providers:")
        ]

    @property
    def stack_outputs(self) -> dict[str, Any]:
        """Outputs that the program exported."""
        return next(outputs for urn, outputs in self.outputs.items() if "::pulumi:pulumi:Stack::" in urn)


class Recorder(mocks.MockMonitor):
    """An engine that only listens. What a preview from nothing must not do, it refuses.

    With an answer, everything comes to exist, and what providers make is known.
    """

    def __init__(self, recording: Recording, answer: Answer | None) -> None:
        self.recording = recording
        self.answer = answer

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        urn = self.make_urn(request.parent, request.type, request.name)
        assert urn not in self.recording.resources, f"declared twice: {urn}"
        assert not request.remote, f"a remote component: {urn}"
        resource = self.recording.resources[urn] = Resource(
            urn=urn,
            type=request.type,
            name=request.name,
            custom=request.custom,
            inputs=MessageToDict(request.object),
            parent=request.parent,
            provider=request.provider.rpartition("::")[0],
            dependencies=frozenset(request.dependencies),
            protect=request.protect,
            ignore_changes=tuple(request.ignoreChanges),
            import_id=request.importId,
            aliases=tuple(alias.spec.type for alias in request.aliases),
            delete_before_replace=request.deleteBeforeReplace,
            retain_on_delete=request.retainOnDelete,
            waits=(request.customTimeouts.create, request.customTimeouts.update),
            secret_outputs=frozenset(request.additionalSecretOutputs),
        )
        made = dict(self.answer(resource)) if self.answer and resource.custom else {}
        identity = made.pop("id", request.importId)
        state = Struct()
        state.CopyFrom(request.object)
        state.update(made)
        for name in resource.secret_outputs & made.keys():
            state.update({name: SECRET | {"value": made[name]}})
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=state)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        self.recording.outputs[request.urn] = MessageToDict(request.outputs)
        return super().RegisterResourceOutputs(request)

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        raise AssertionError(f"invoked {request.tok}")

    def Call(self, request: Any) -> Any:  # noqa: N802
        raise AssertionError(f"called {request.tok}")

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        raise AssertionError(f"read {request.type} {request.name}")


class Listener:
    """The part of the engine that takes messages."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording

    def Log(self, request: Any) -> None:  # noqa: N802
        self.recording.log.append(request.message)
        if request.severity == engine_pb2.ERROR:
            self.recording.errors.append(request.message)


def record(
    program: Callable[[], object],
    config: Mapping[str, str] | None = None,
    secrets: tuple[str, ...] = (),
    recording: Recording | None = None,
    answer: Answer | None = None,
) -> Recording:
    """Preview a program, or with an `answer` run it as if everything that it asks for came to exist.

    Raises what it raises; a `recording` that was given holds what was asked for until then.
    """
    recording = Recording() if recording is None else recording

    def run() -> None:
        configure(
            Settings(
                project="homelab",
                stack="test",
                monitor=Recorder(recording, answer),
                engine=Listener(recording),
                dry_run=answer is None,
            )
        )
        set_all_config(dict(config or {}), list(secrets))
        set_root_resource(None)  # type: ignore[arg-type]
        asyncio.run(run_in_stack(lambda: _nothing(program())))

    contextvars.copy_context().run(run)
    return recording


def needs_provider(resource: Resource) -> bool:
    """Whether its default provider is switched off."""
    return resource.type.startswith(("kubernetes:", "proxmoxve:"))


def without_secrets(value: Any) -> Any:
    """A value from the wire as anybody may see it."""
    if isinstance(value, Mapping):
        if SECRET.items() <= value.items():
            return None
        return {key: without_secrets(nested) for key, nested in value.items()}
    return [without_secrets(element) for element in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """A planned value as it looks on the wire, where every number is a float and every sequence a list."""
    struct = Struct()
    struct.update({"value": _lists(value)})
    return MessageToDict(struct)["value"]


def secret_value(value: Any) -> Any:
    """The value of a secret; fails where it is none."""
    assert isinstance(value, dict), f"not a secret: {value!r}"
    assert SECRET.items() <= value.items(), f"not a secret: {value!r}"
    return value["value"]


def revealed(value: Any) -> Any:
    """A value from the wire without the marks of secrets."""
    if isinstance(value, Mapping):
        if SECRET.items() <= value.items():
            return revealed(value["value"])
        return {key: revealed(nested) for key, nested in value.items()}
    return [revealed(element) for element in value] if isinstance(value, list) else value


def _nothing(_: object) -> None:
    return None


def _lists(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _lists(nested) for key, nested in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(element) for element in value]
    return value
