"""Texts that tools with an older YAML do not take for texts: `no`, `0644`, `0x1F`."""

import re

_TRUTH = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "True", "TRUE"), "true"),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF", "False", "FALSE"), "false"),
}
_OTHER_NUMBER = re.compile(r"[-+]?(?:0[0-9]+|0o[0-7]+|0b[01]+|0x[0-9a-fA-F]+|[0-9][0-9_]*_[0-9_]*)")


def by_yaml_1_1(text: str) -> str:
    """The value of a text without quotes by YAML 1.1, which kubectl and Helm read (go-yaml 2): a truth value or a
    number; empty where it is the text here as well."""
    if text in _TRUTH:
        return _TRUTH[text]
    if not _OTHER_NUMBER.fullmatch(text):
        return ""
    digits = text.replace("_", "")
    is_octal = re.fullmatch(r"[-+]?0[0-7]+", digits)
    return str(int(digits, 8) if is_octal else int(digits, 0) if re.match(r"[-+]?0[obx]", digits) else int(digits))
