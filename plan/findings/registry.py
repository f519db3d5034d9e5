"""All rules, collected from the modules that hold them."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType

from plan.model.findings import Rule


def rules_in(*packages: ModuleType) -> Mapping[str, Rule]:
    """The rules in some packages and all modules below them, by code, in the order of the codes."""
    found = {rule.code: rule for package in packages for module in _modules(package) for rule in _rules(module)}
    return dict(sorted(found.items()))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(each.name)


def _rules(module: ModuleType) -> Iterator[Rule]:
    return (value for value in vars(module).values() if isinstance(value, Rule))
