"""The line of a new machine."""


def machine_line(text: str, name: str, shape: str) -> str:
    """The text of `machines.yaml` with a machine of a shape at its end."""
    newline = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{newline}{name}: {{shape: {shape}}}\n"
