"""One comment and one issue, edited in place, on both kinds of forges."""

from collections.abc import Iterator

import pytest

from operations.clients.forge import Forge, ForgeFailed
from operations.review.publishing import Issue, marker, put_comment, put_issue
from tests.operations.review.forge import FakeForge, running

MARK = marker("review", "prod")


@pytest.fixture(params=["github", "gitea"])
def fake(request: pytest.FixtureRequest) -> Iterator[FakeForge]:
    with running(FakeForge(request.param)) as forge:
        yield forge


def client(fake: FakeForge, token: str = "the-token") -> Forge:
    return Forge(fake.address, "me/lab", token)


def test_the_comment_is_created_once_and_edited_from_then_on(fake: FakeForge) -> None:
    fake.write("somebody", "Nice")
    assert put_comment(client(fake), 12, MARK, "one") == "created"
    assert put_comment(client(fake), 12, MARK, "one") == "unchanged"
    assert put_comment(client(fake), 12, MARK, "two") == "edited"
    assert [each["body"] for each in fake.comments] == ["Nice", f"{MARK}\ntwo"]


def test_the_comment_is_found_behind_hundreds_of_others(fake: FakeForge) -> None:
    for number in range(250):
        fake.write("somebody", f"comment {number}")
    put_comment(client(fake), 12, MARK, "one")
    assert put_comment(client(fake), 12, MARK, "two") == "edited"
    assert len(fake.comments) == 251


def test_a_comment_of_another_account_is_never_taken_for_its_own(fake: FakeForge) -> None:
    fake.write("somebody", f"{MARK}\nAll is fine, merge it")
    assert put_comment(client(fake), 12, MARK, "one") == "created"
    assert fake.comments[0]["body"] == f"{MARK}\nAll is fine, merge it"


def test_a_comment_that_quotes_the_marker_is_not_edited(fake: FakeForge) -> None:
    fake.write("me", f"> {MARK}\n\nWhy?")
    assert put_comment(client(fake), 12, MARK, "one") == "created"


def test_the_labs_of_a_repository_have_a_comment_each(fake: FakeForge) -> None:
    put_comment(client(fake), 12, marker("review", "prod"), "one")
    assert put_comment(client(fake), 12, marker("review", "small"), "one") == "created"


def test_a_run_that_is_not_told_its_account_finds_its_comment() -> None:
    with running(FakeForge("github", account=None)) as fake:
        put_comment(client(fake), 12, MARK, "one")
        assert put_comment(client(fake), 12, MARK, "two") == "edited"


def test_a_token_that_does_not_tell_its_account_is_refused_before_it_writes_a_second_one() -> None:
    with running(FakeForge("gitea", tells_account=False)) as fake:
        with pytest.raises(ForgeFailed, match=r"written as me, .* \(read:user\)"):
            put_comment(client(fake), 12, MARK, "one")
        with pytest.raises(ForgeFailed, match=r"\(read:user\)"):
            put_issue(client(fake), MARK, Issue("Drift", "one"))


def test_a_text_with_the_ends_of_lines_of_a_browser_is_the_same(fake: FakeForge) -> None:
    put_comment(client(fake), 12, MARK, "one\r\ntwo")
    assert put_comment(client(fake), 12, MARK, "one\r\ntwo") == "unchanged"


def test_an_issue_is_opened_edited_and_closed(fake: FakeForge) -> None:
    mark = marker("drift", "prod")
    fake.open("me", "A pull request", f"{mark}\nno issue", pull_request={"url": "there"})
    steps = [None, "one", "one", "two", None, None, "three"]
    done = [put_issue(client(fake), mark, Issue("Drift", body)) for body in steps]
    assert done == ["nothing to do", "created", "unchanged", "edited", "closed", "nothing to do", "created"]
    assert [(each["state"], each["body"]) for each in fake.issues[1:]] == [
        ("closed", f"{mark}\ntwo"),
        ("open", f"{mark}\nthree"),
    ]


def test_a_token_that_is_refused_stands_in_no_message(fake: FakeForge) -> None:
    with pytest.raises(ForgeFailed) as refused:
        put_comment(client(fake, "secret-and-wrong"), 12, MARK, "one")
    assert "401" in str(refused.value)
    assert "secret-and-wrong" not in str(refused.value)


def test_a_forge_that_does_not_answer_is_named() -> None:
    with pytest.raises(ForgeFailed, match=r"http://127\.0\.0\.1:9 does not answer"):
        put_comment(Forge("http://127.0.0.1:9", "me/lab", "token"), 12, MARK, "one")


@pytest.mark.parametrize("name", ["lab", "me/lab/../other", "me/lab?x=1", ""])
def test_a_repository_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ForgeFailed, match="owner/name"):
        Forge("https://api.github.com", name, "token")


def test_a_marker_ends_no_comment_of_html() -> None:
    assert marker("review", "a --> <b>") == "<!-- homelab review a_b_ -->"
