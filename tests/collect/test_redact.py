"""Secrets are taken out of what is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.collect import redact


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("python -V", "python -V"),
        ("sh -c echo --password hunter22 done", "sh -c echo --password *** done"),
        ("tool --db-password=hunter22 run", "tool --db-password=*** run"),
        ("env API_TOKEN=abc123 ./run", "env API_TOKEN=*** ./run"),
        ("env AUTHOR=Kim ./run", "env AUTHOR=Kim ./run"),
        ("mysql -u root -phunter22 shop", "mysql -u root -p*** shop"),
        ("curl -u me:hunter22 http://x", "curl -u me:*** http://x"),
        (
            "curl -H Authorization: Bearer abc.def http://x",
            "curl -H Authorization: Bearer *** http://x",
        ),
        ("psql postgres://me:hunter22@db/shop", "psql postgres://me:***@db/shop"),
    ],
)
def test_a_command_line_loses_its_secrets_only(line: str, kept: str) -> None:
    assert redact.command(line) == kept


def test_a_command_line_is_cut() -> None:
    assert len(redact.command("x" * 100_000)) == redact.MAX_COMMAND


@pytest.mark.parametrize(
    ("created_by", "kept"),
    [
        ("/bin/sh -c #(nop)  ENV DB_PASSWORD=hunter22", "/bin/sh -c #(nop)  ENV DB_PASSWORD=***"),
        ("ENV GREETING=good morning NAME=x", "ENV GREETING=*** NAME=***"),
        ("ARG TOKEN=abc # buildkit", "ARG TOKEN=***"),
        ("ARG TOKEN", "ARG TOKEN"),
        (
            "|2 TOKEN=a b c VERSION=1 /bin/sh -c pip install x",
            "|2 TOKEN=*** VERSION=*** /bin/sh -c pip install x",
        ),
        (
            "RUN |1 TOKEN=abc /bin/sh -c echo done # buildkit",
            "RUN |1 TOKEN=*** /bin/sh -c echo done # buildkit",
        ),
        ("RUN |1 TOKEN=abc python setup.py", "RUN |1 TOKEN=***"),
        ("COPY app.py /app # buildkit", "COPY app.py /app # buildkit"),
        (
            '/bin/sh -c #(nop)  CMD ["python" "app.py"]',
            '/bin/sh -c #(nop)  CMD ["python" "app.py"]',
        ),
        ("RUN /bin/sh -c A=1 make # buildkit", "RUN /bin/sh -c A=1 make # buildkit"),
    ],
)
def test_a_build_step_keeps_names_and_loses_values(created_by: str, kept: str) -> None:
    assert redact.build_step(created_by) == kept


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("DB_PASSWORD", True),
        ("DBPASSWORD", True),
        ("GITHUB_TOKEN", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("SECRET_KEY", True),
        ("API_KEY", True),
        ("AUTHOR", False),
        ("KEYBOARD", False),
        ("WISHEASY_OWNER", False),
    ],
)
def test_which_names_look_secret(name: str, secret: bool) -> None:
    assert redact.looks_secret(name) is secret


def test_secrets_of_an_environment() -> None:
    environment = {
        "DB_PASSWORD": "hunter22",
        "PIN_TOKEN": "1234",
        "GREETING": "good morning",
        "DATABASE_URL": "postgres://me:s3cret-pw@db/shop",
    }
    assert set(redact.secrets(environment)) == {"hunter22", "s3cret-pw"}


@given(
    before=st.binary(max_size=60),
    after=st.binary(max_size=60),
    secret=st.text("abcdef", min_size=6, max_size=12),
    limit=st.integers(1, 40),
)
def test_no_secret_survives_a_cut_in_its_middle(
    before: bytes, after: bytes, secret: str, limit: int
) -> None:
    data = before.translate(None, b"abcdef") + secret.encode() + after.translate(None, b"abcdef")
    begun, ended = redact.beginning(data, limit, [secret]), redact.end(data, limit, [secret])
    assert not set("abcdef") & set(begun + ended)


def test_a_short_text_is_kept_whole() -> None:
    assert redact.beginning("안녕 token-123456!".encode(), 100, ["token-123456"]) == "안녕 ***!"


def test_env_files_are_told_from_their_examples() -> None:
    assert redact.is_env_file(".env")
    assert redact.is_env_file(".env.local")
    assert not redact.is_env_file(".env.example")
    assert not redact.is_env_file("env.py")
