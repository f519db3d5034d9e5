"""How much of prod keeps the standard `restricted`, and that docs/hardening.md says so."""

from plan.kubernetes.pod_security import standard_kept
from plan.model.metadata import ENFORCE_LABEL
from plan.wording import listed
from tests.plan.labs import ROOT, plan_of, pod_templates

PLAN = plan_of("prod")
LOWERING = ("host-access", "root-user", "capabilities", "unconfined")
"""Exceptions because of which a namespace enforces less."""
ORDER = ("privileged", "baseline", "restricted")


def enforced() -> dict[str, str]:
    """The standard that each namespace enforces."""
    return {each.name: each.manifest["metadata"]["labels"][ENFORCE_LABEL] for each in PLAN.namespaces}


def restricted_workloads() -> int:
    """Workloads that the program writes in a namespace that enforces `restricted`."""
    standards = enforced()
    return sum(standards[each["metadata"]["namespace"]] == "restricted" for each, _ in pod_templates(PLAN))


def figures() -> str:
    """The sentences of the page."""
    standards, templates = [*enforced().values()], [template for _, template in pod_templates(PLAN)]
    kept = [*map(standard_kept, templates)].count("restricted")
    return (
        f"{_share(standards.count('restricted'), len(standards))} namespaces enforce `restricted`. "
        f"{_share(kept, len(templates))} workloads that the program writes keep it, and "
        f"{_share(restricted_workloads(), len(templates))} are in such a namespace. "
        f"{standards.count('privileged')} namespaces are `privileged`, since what is in them acts on its node or "
        f"on the network; {standards.count('baseline')} are `baseline`, since an image starts as root. "
        f"So {_share(len(standards) - standards.count('privileged'), len(standards))} could enforce `restricted` at "
        "most, if every image did without root."
    )


def _share(some: int, of: int) -> str:
    return f"{some} of {of} ({100 * some // of}%)"


def rows() -> list[str]:
    """A row for each namespace that enforces less, in the words of the services because of which it does."""
    standards = enforced()
    found: list[str] = []
    for namespace in sorted(PLAN.namespaces, key=lambda each: ORDER.index(standards[each.name])):
        stated = {name: PLAN.lab.services[name].exceptions for name in namespace.services}
        said = {name: [each[key] for key in LOWERING if key in each] for name, each in stated.items()}
        reasons = " ".join(
            f"{name}: {' '.join(words)}" if len(namespace.services) > 1 else " ".join(words)
            for name, words in said.items()
            if words
        )
        if standards[namespace.name] != "restricted":
            found.append(f"| {namespace.name} | `{standards[namespace.name]}` | {reasons} |")
    return found


def test_the_page_says_how_much_of_prod_is_restricted() -> None:
    page = (ROOT / "docs" / "hardening.md").read_text(encoding="utf-8")
    assert figures() in page.replace("\n", " ")
    lines = page.splitlines()
    first = lines.index("| namespace | enforces | reason |") + 2
    assert lines[first : first + len(rows()) + 1] == [*rows(), ""]


def test_each_namespace_that_enforces_less_has_a_reason() -> None:
    silent = [row for row in rows() if row.endswith("|  |")]
    assert not silent, f"no reason stands in the lab for {listed(silent)}"


def test_the_shares_only_grow() -> None:
    assert [*enforced().values()].count("restricted") >= 66
    assert restricted_workloads() >= 136
