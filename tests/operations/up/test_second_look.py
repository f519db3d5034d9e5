"""A second preview is compared with the one that was judged, step by step."""

import json
from typing import Any

from operations.guard.reading.preview import Preview, read_preview
from operations.up.second_look import NAME_LENGTH, differences, name_of_steps
from operations.up.subject import reference_of
from tests.recordings import recording

FEEDS = "Deployment/hobby-freshrss/freshrss"


def preview(name: str) -> Preview:
    return read_preview(recording(f"preview-{name}.json"))


def edited(name: str, **changes: Any) -> Preview:
    """The first step that does something, with other inputs."""
    document = json.loads(recording(f"preview-{name}.json"))
    step = next(each for each in document["steps"] if each["op"] != "same")
    step["newState"]["inputs"] |= changes
    return read_preview(json.dumps(document))


def test_the_same_preview_differs_in_nothing() -> None:
    assert differences(preview("image-changed"), preview("image-changed")) == ()


def test_the_order_of_steps_means_nothing() -> None:
    found = preview("service-added")
    assert differences(found, found._replace(steps=found.steps[::-1])) == ()


def test_a_step_that_was_not_judged_is_a_difference() -> None:
    (found,) = differences(preview("nothing-changes"), preview("image-changed"))
    assert (str(reference_of(found.urn)), found.judged, found.now) == (FEEDS, (), ("update",))


def test_a_step_that_is_gone_is_a_difference() -> None:
    (found,) = differences(preview("image-changed"), preview("nothing-changes"))
    assert (found.judged, found.now) == (("update",), ())


def test_the_same_operation_with_other_values_is_a_difference() -> None:
    (found,) = differences(preview("image-changed"), edited("image-changed", spec={"replicas": 0}))
    assert (str(reference_of(found.urn)), found.judged, found.now) == (FEEDS, ("update",), ("update",))


def test_an_update_that_became_a_replacement_is_a_difference() -> None:
    found = differences(preview("image-changed"), preview("service-removed"))
    assert FEEDS in [str(reference_of(each.urn)) for each in found]


def test_previews_that_do_the_same_have_one_name_and_others_another() -> None:
    found = preview("service-added")
    name = name_of_steps(found)
    assert len(name) == NAME_LENGTH
    assert name == name_of_steps(found._replace(steps=found.steps[::-1]))
    others = (preview("image-changed"), edited("image-changed", spec={"replicas": 0}), preview("service-removed"))
    assert len({name, *map(name_of_steps, others)}) == 4


def test_what_stays_the_same_has_no_part_in_the_name() -> None:
    changed = preview("image-changed")
    steps = tuple(each for each in changed.steps if each.op != "same")
    assert len(steps) < len(changed.steps)
    assert name_of_steps(changed) == name_of_steps(changed._replace(steps=steps))
