"""Passwords are told from settings, variables and paths."""

import pytest

from plan.model.secrecy import holds_password, is_secret


@pytest.mark.parametrize(
    "text",
    [
        "postgres://photos:hunter2@db/photos",
        "Server=db;User Id=sa;Password=hunter2;",
        "Data Source=db; UID=sa; PWD=hunter2",
        "host=db user=photos password=hunter2 dbname=photos",
        "photos:hunter2@tcp(db:3306)/photos",
    ],
)
def test_a_password_for_a_database_is_seen(text: str) -> None:
    assert holds_password(text)


@pytest.mark.parametrize(
    "text",
    [
        "postgres://photos:$(DB_PASSWORD)@db/photos",
        "Server=db;User Id=sa;Password=$(DB_PASSWORD);",
        "Server=db;Integrated Security=true",
        "Data Source=/data/photos.db",
        "host=db user=photos password=$(DB_PASSWORD)",
        "host=db user=photos sslmode=disable passfile=/run/secrets/pgpass",
        "photos:$(DB_PASSWORD)@tcp(db:3306)/photos",
        "photos@tcp(db:3306)/photos",
    ],
)
def test_a_variable_or_another_setting_is_no_password(text: str) -> None:
    assert not holds_password(text)


@pytest.mark.parametrize("value", ["$argon2id$v=19$m=65540,t=3,p=4$c2FsdA$aGFzaA", "$2y$10$abcdefghijklmnopqrstuv"])
def test_a_hashed_password_is_no_variable(value: str) -> None:
    assert is_secret("ADMIN_TOKEN", value)
    assert not is_secret("ADMIN_TOKEN", "$ADMIN")


@pytest.mark.parametrize("value", ["aB<3x>9Kq", "correct</horse>battery"])
def test_a_password_with_angles_is_no_placeholder(value: str) -> None:
    assert is_secret("DB_PASSWORD", value)
    assert not is_secret("DB_PASSWORD", "prefix-<your password>")
