"""Stands in for the engine's language host for Python, which no Go module holds: runs the program inline, as the
automation API does. Where the real one is on PATH, it is used.

The engine starts it, and reads the port that it listens on from the first line that it prints.
"""

import os
import runpy
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc


class LanguageHost(LanguageServer):
    """Runs the program that the engine names."""

    def __init__(self) -> None:
        super().__init__(lambda: None)

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802 - as the protocol names it
        """Run the program in its folder."""
        folder = Path(request.info.program_directory or request.pwd)
        program = folder / request.info.entry_point if request.info.entry_point else folder

        def run() -> None:
            os.chdir(program)
            runpy.run_path(str(program), run_name="__main__")

        self.program = run
        return super().Run(request, context)


def main() -> None:
    """Serve until the engine ends it."""
    server = grpc.server(
        ThreadPoolExecutor(max_workers=4),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    sys.exit(main())
