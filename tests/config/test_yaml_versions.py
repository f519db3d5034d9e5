"""A text that kubectl and Helm take for a number or a truth value is refused here."""

import shutil
from pathlib import Path

import pytest

from config.load import InvalidLab, load_lab
from config.source import dotted
from config.yaml_versions import by_yaml_1_1
from plan import make_plan
from tests.plan.labs import objects

LAB = Path(__file__).parents[1] / "incidents" / "lab"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("yes", "true"),
        ("Off", "false"),
        ("n", "false"),
        ("TRUE", "true"),
        ("0644", "420"),
        ("0022", "18"),
        ("08", "8"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("0b11", "3"),
        ("1_000", "1000"),
    ],
)
def test_an_older_yaml_has_another_value(text: str, other: str) -> None:
    assert by_yaml_1_1(text) == other


@pytest.mark.parametrize(
    "text", ["yesterday", "12:30:45", "2026-01-02", "1.2.3", "0xyz", "a_1", "none", "", "10m", "Gi"]
)
def test_a_text_is_a_text_to_everybody(text: str) -> None:
    assert not by_yaml_1_1(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab in which everything is right."""
    return Path(shutil.copytree(LAB, tmp_path / "lab"))


def refused(folder: Path) -> list[str]:
    """The problems of a lab that is refused."""
    with pytest.raises(InvalidLab) as found:
        load_lab(folder)
    return [f"{dotted(each.path)}: {each.message}" for each in found.value.problems]


def with_object(folder: Path, text: str) -> None:
    """Add an object of the wiki."""
    file = folder / "services" / "wiki.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "objects: [more.yaml]\n", encoding="utf-8")
    (folder / "services" / "wiki").mkdir()
    (folder / "services" / "wiki" / "more.yaml").write_text(text, encoding="utf-8")


def with_values(folder: Path, text: str) -> None:
    """Give a chart values."""
    file = folder / "services" / "nfd.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"values: {text}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            "{persistence: {enabled: no}}",
            "persistence.enabled: Helm reads no as false, and here it is a text: write false",
        ),
        ("{parts: [{mode: 0644}]}", "parts.0.mode: Helm reads 0644 as 420, and here it is a text: write 420, or"),
        ("{image: {tag: 1.10}}", 'image.tag: 1.10 is the number 1.1 to YAML; write "1.10", in quotes'),
        ("{server: {imageTag: 2e5}}", 'server.imageTag: 2e5 is the number 200000.0 to YAML; write "2e5", in quotes'),
    ],
)
def test_values_of_charts_are_what_helm_reads(folder: Path, values: str, said: str) -> None:
    with_values(folder, values)
    (found,) = refused(folder)
    assert found.startswith(f"services.nfd.values.{said}")


def test_values_in_quotes_or_without_another_reading_are_taken(folder: Path) -> None:
    with_values(folder, '{debug: "no", mode: "0644", share: 0.50, image: {tag: 1.2.3}, at: 12:30:45, tag: 3.2}')
    load_lab(folder)


CLAIM = """\
apiVersion: v1
kind: Secret
metadata: {{name: more}}
immutable: {value}
"""
MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: more, annotations: {{since: {value}}}}}
data:
  KEY: {value}
"""


@pytest.mark.parametrize("value", ["yes", "off", "0644", "0x50"])
def test_a_field_of_an_object_is_what_kubectl_reads(folder: Path, value: str) -> None:
    with_object(folder, CLAIM.format(value=value))
    (found,) = refused(folder)
    assert found.startswith(f"objects.wiki.more.yaml.0.immutable: kubectl reads {value} as {by_yaml_1_1(value)}")


@pytest.mark.parametrize("value", ["0022", "yes", "12:30:45", "0x1F", "1_000", '"1e3"', '"~"', '".5"', "2026-01-02"])
def test_a_text_of_a_config_map_is_what_its_owner_wrote(folder: Path, value: str) -> None:
    with_object(folder, MAP.format(value=value))
    (made,) = (each for each in objects(make_plan(load_lab(folder)), "ConfigMap") if each["metadata"]["name"] == "more")
    assert made["data"]["KEY"] == made["metadata"]["annotations"]["since"] == value.strip('"')


@pytest.mark.parametrize("value", ["1e3", ".5", "1.10", "+1", "8080"])
def test_a_number_is_shown_with_its_digits(folder: Path, value: str) -> None:
    with_object(folder, MAP.format(value=value))
    assert {each.partition(": ")[2] for each in refused(folder)} == {f'{value} is no text; write "{value}", in quotes'}


@pytest.mark.parametrize("value", ["~", "null", ""])
def test_nothing_is_no_text(folder: Path, value: str) -> None:
    with_object(folder, MAP.format(value=value))
    assert all("is nothing; write" in each for each in refused(folder))
