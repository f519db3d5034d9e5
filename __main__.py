"""The Pulumi program of this checkout."""

from components.program import run

run()
