"""A Compose file as it is read: every way to write the same thing, and nothing secret kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.collect import compose
from grader.compose_facts import ComposeService
from grader.facts import Mount, PortBinding


def service(lines: str) -> ComposeService:
    """The service `web` of a file that says this of it."""
    indented = "".join(f"    {line}\n" for line in lines.splitlines())
    return compose.parse(f"services:\n  web:\n{indented}").services["web"]


@pytest.mark.parametrize(
    ("port", "binding"),
    [
        ('"8080:80"', PortBinding(container="80/tcp", host="8080")),
        ("8080:80", PortBinding(container="80/tcp", host="8080")),
        ("80", PortBinding(container="80/tcp")),
        ('"127.0.0.1:8080:80/udp"', PortBinding(container="80/udp", host="8080", ip="127.0.0.1")),
        ('"[::1]:8080:80"', PortBinding(container="80/tcp", host="8080", ip="::1")),
        ('"${PORT:-8080}:80"', PortBinding(container="80/tcp", host="$")),
        ("{target: 80, published: 8080}", PortBinding(container="80/tcp", host="8080")),
        (
            '{target: 80, published: "8080", host_ip: 127.0.0.1, protocol: tcp, mode: host}',
            PortBinding(container="80/tcp", host="8080", ip="127.0.0.1"),
        ),
    ],
)
def test_a_port_in_its_short_and_long_form(port: str, binding: PortBinding) -> None:
    assert service(f"ports: [{port}]").ports == (binding,)


@pytest.mark.parametrize(
    ("mount", "told"),
    [
        ("data:/data", Mount(type="volume", source="data", target="/data", read_only=False)),
        ("./src:/app:ro", Mount(type="bind", source="./src", target="/app", read_only=True)),
        ("'~/x:/app:ro,z'", Mount(type="bind", source="~/x", target="/app", read_only=True)),
        ("/data", Mount(type="volume", source="", target="/data", read_only=False)),
        (
            r"'C:\me\src:/app'",
            Mount(type="bind", source=r"C:\me\src", target="/app", read_only=False),
        ),
        (
            "{type: bind, source: ./src, target: /app, read_only: true}",
            Mount(type="bind", source="./src", target="/app", read_only=True),
        ),
        (
            "{type: volume, source: data, target: /data}",
            Mount(type="volume", source="data", target="/data", read_only=False),
        ),
    ],
)
def test_a_mount_in_its_short_and_long_form(mount: str, told: Mount) -> None:
    assert service(f"volumes: [{mount}]").mounts == (told,)


@pytest.mark.parametrize(
    ("lines", "files"),
    [
        ("env_file: ./.env", (".env",)),
        ("env_file: [a.env, b.env]", ("a.env", "b.env")),
        ("env_file: [{path: a.env, required: false}]", ("a.env",)),
    ],
)
def test_env_files(lines: str, files: tuple[str, ...]) -> None:
    assert service(lines).env_files == files


@pytest.mark.parametrize(
    ("lines", "waits"),
    [
        ("depends_on: [store]", {"store": "service_started"}),
        ("depends_on: {store: {}}", {"store": "service_started"}),
        ("depends_on: {store: {condition: service_healthy}}", {"store": "service_healthy"}),
    ],
)
def test_what_a_service_waits_for(lines: str, waits: dict[str, str]) -> None:
    assert service(lines).depends_on == waits


@pytest.mark.parametrize(
    ("lines", "tested"),
    [
        ("healthcheck: {test: [CMD, 'true'], interval: 1s}", True),
        ("healthcheck: {test: curl -f http://localhost}", True),
        ("healthcheck: {test: [NONE]}", False),
        ("healthcheck: {test: [CMD, 'true'], disable: true}", False),
        ("healthcheck: {interval: 1s}", False),
        ("image: app", False),
    ],
)
def test_a_health_check_is_one_that_tests(lines: str, tested: bool) -> None:
    assert service(lines).healthcheck is tested


@pytest.mark.parametrize("form", ["[{}]", "{{{}}}"])
def test_of_the_environment_no_value_is_kept(form: str) -> None:
    pair = ": " if form.startswith("{") else "="
    lines = form.format(f"DB_PASSWORD{pair}hunter2, MODE{pair}fast, API_TOKEN{pair}$TOKEN")
    told = service(f"environment: {lines}")
    assert told.environment == ("DB_PASSWORD", "MODE", "API_TOKEN")
    assert told.secrets == ("DB_PASSWORD",)
    assert "hunter2" not in told.model_dump_json()


def test_anchors_and_merge_keys_are_followed() -> None:
    file = compose.parse("""
x-common: &common
  networks: [inside]
  env_file: .env
x-more: &more {image: other, healthcheck: {test: "true"}}
services:
  web:
    <<: [*common, *more]
    image: app
  store:
    <<: *common
    networks: {outside: {aliases: [db]}}
""")
    web, store = file.services["web"], file.services["store"]
    assert (web.image, web.networks, web.env_files) == ("app", ("inside",), (".env",))
    assert web.healthcheck
    assert (store.networks, store.env_files) == (("outside",), (".env",))


def test_the_top_of_the_file_and_where_services_begin() -> None:
    file = compose.parse(
        "name: shop\nservices:\n  web: {build: {context: ./web}}\n  store: {build: .}\n"
        "volumes:\n  data:\nnetworks: {inside: {internal: true}}\n"
    )
    assert (file.name, file.volumes, file.networks) == ("shop", ("data",), ("inside",))
    assert [(s.build, s.line) for s in file.services.values()] == [("./web", 3), (".", 4)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("services:\n  web:\n\timage: app\n", 3),
        ("services: {web: {image: a}, web: {image: b}}", 1),
        ("- services", 1),
        ("services: [web]", 1),
        ("", 1),
        ("a: &a [*a]\nservices: *a\n", 1),
    ],
)
def test_what_is_no_compose_file_says_why(text: str, line: int) -> None:
    file = compose.parse(text)
    assert file.problem
    assert file.line in {0, line}
    assert not file.services


@pytest.mark.parametrize("text", ["x: &x a\ny: &x ::error::b\n", "%YAML 1.1\n---\nx: 1e3\n"])
def test_nothing_that_the_file_holds_is_printed_by_a_library(text: str) -> None:
    code = "import sys; from grader.collect.compose import parse; parse(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, text], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_file_that_grows_without_end_is_refused() -> None:
    layers = "".join(f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]\n" for i in range(1, 20))
    assert "more than" in compose.parse(f"x0: &x0 [a]\n{layers}services: {{web: {{}}}}").problem


@given(st.text(alphabet=" \n:-[]{}&*<$\"'abservicesportsvolumes0123456789", max_size=200))
def test_nothing_that_is_written_breaks_the_reading(text: str) -> None:
    compose.parse(f"services:\n  web:\n    ports: {text}")
    compose.parse(text)


@pytest.mark.parametrize(
    "lines",
    [
        "ports: 80",
        "ports: {a: b}",
        "volumes: [1, null, [a], {}]",
        "environment: [1, null, {a: b}]",
        "environment: x",
        "depends_on: 3",
        "env_file: [3, null, {}]",
        "healthcheck: [a]",
        "networks: 5",
        "<<: 3",
    ],
)
def test_what_compose_would_refuse_is_no_trouble(lines: str) -> None:
    service(lines)


def test_it_is_read_from_the_submission_alone(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: app}}", encoding="utf-8")
    assert compose.read(tmp_path, "compose.yaml").services["web"].image == "app"
    (tmp_path / "latin.yaml").write_bytes(b"services: {web: {image: \xe9}}")
    assert "UTF-8" in compose.read(tmp_path, "latin.yaml").problem
