"""The console that everything is printed to, and the styles of its texts."""

from collections.abc import Iterable
from typing import NoReturn

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment

from plan.model import Severity
from plan.wording import visible

LONGEST_LINE = 10_000
SEVERITY_STYLE: dict[Severity, str] = {"error": "bold red", "warning": "yellow", "info": "cyan"}
INDENT = (0, 0, 0, 2)


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Rich would end with an error; a reader that closes the pipe is not one."""
        raise BrokenPipeError


class _Visible(RenderHook):
    """No text controls the terminal, whatever its source: a lab, a preview, a guest, a server."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Escaped(renderables)]


class _Escaped:
    def __init__(self, renderables: Iterable[ConsoleRenderable]) -> None:
        self.renderables = renderables

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        is_line_empty = True
        for renderable in self.renderables:
            for text, style, control in console.render(renderable, options):
                yield Segment(text if control else _harmless(visible(text), is_line_empty), style, control)
                is_line_empty = text.endswith("\n") or (is_line_empty and not text.strip())


def _harmless(text: str, begins_line: bool) -> str:
    """Without a command for the runner of a pipeline, which reads `::set-output::x` in what a step prints."""
    if "::" not in text:
        return text
    lines = text.split("\n")
    return "\n".join(_uncommanding(line) if number or begins_line else line for number, line in enumerate(lines))


def _uncommanding(line: str) -> str:
    return line.replace("::", r"\x3a:", 1) if line.lstrip().startswith("::") else line


def make_console() -> Console:
    """A console that neither cuts nor wraps lines when the output is not a terminal."""
    console = _Console(highlight=False, markup=False, emoji=False)
    console.push_render_hook(_Visible())
    if not console.is_terminal:
        console.width = LONGEST_LINE
    return console
