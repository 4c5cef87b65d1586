"""What a runner of GitHub Actions does with a step's output, its files and a composite action.

Written from the runner's documented behaviour; where it is unclear, as credulous as can be.
"""

from __future__ import annotations

import os
import re
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

COMMANDS = frozenset(
    {"add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group"}
    | {"notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands"}
    | {"warning"}
)
DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
FIRST_FORM = ((("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%")),) * 2


@dataclass(frozen=True)
class Command:
    """A workflow command that was obeyed."""

    name: str
    properties: Mapping[str, str]
    data: str


def commands(output: bytes) -> list[Command]:
    """The commands of a step's output, by which the runner would do something."""
    found: list[Command] = []
    token: str | None = None
    for line in re.split(r"\r\n|\r|\n", output.decode("utf-8", "replace")):
        known = COMMANDS | ({token.lower()} if token else set())
        command = _second_form(_seen(line), known) or _first_form(_seen(line), known)
        if command is None:
            continue
        if token is not None:
            if command.name == token.lower():
                token = None
        elif command.name == "stop-commands":
            token = command.data
        else:
            found.append(command)
    assert token is None, "commands are stopped for ever"
    return found


def _seen(line: str) -> str:
    """.NET compares by culture: what nobody sees is not there."""
    return "".join(c for c in line if c == "\t" or unicodedata.category(c) not in {"Cc", "Cf"})


def _second_form(line: str, known: frozenset[str] | set[str]) -> Command | None:
    """``::name key=value,key=value::data``, at the beginning of a line."""
    match = re.match(r"\s*::(.*?)::(.*)", line, re.DOTALL)
    if match is None:
        return None
    return _command(match[1], match[2], known, ",", (PROPERTY, DATA))


def _first_form(line: str, known: frozenset[str] | set[str]) -> Command | None:
    """``##[name key=value;key=value]data``, anywhere in a line."""
    match = re.search(r"##\[(.*?)\](.*)", line, re.DOTALL)
    if match is None:
        return None
    return _command(match[1], match[2], known, ";", FIRST_FORM)


def _command(
    info: str, data: str, known: frozenset[str] | set[str], between: str, escapes: Any
) -> Command | None:
    name, _, told = info.partition(" ")
    if name.lower() not in known:
        return None
    pairs = (pair.partition("=") for pair in told.strip().split(between))
    properties = {key: _unescaped(value, escapes[0]) for key, _, value in pairs if key and value}
    return Command(name.lower(), properties, _unescaped(data, escapes[1]))


def _unescaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for written, meant in escapes:
        text = text.replace(written, meant)
    return text


def outputs(text: str) -> dict[str, str]:
    """What a step put into ``GITHUB_OUTPUT``."""
    told: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, heredoc, end = line.partition("<<")
        if not heredoc or "=" in name:
            name, equals, value = line.partition("=")
            assert equals, f"neither a value nor a heredoc: {line}"
            told[name] = value
            continue
        value_lines = []
        for inner in lines:
            if inner == end:
                break
            value_lines.append(inner)
        else:
            raise AssertionError(f"no end of {name}")
        told[name] = "\n".join(value_lines)
    return told


@dataclass
class Job:
    """A job on a runner: its folders, and what its steps told."""

    folder: Path
    env: Mapping[str, str]
    told: dict[str, dict[str, str]] = field(default_factory=dict)
    log: bytes = b""
    summary: str = ""

    def __post_init__(self) -> None:
        self.workspace = self.folder / "workspace"
        self.temporary = self.folder / "temp"
        for folder in (self.workspace, self.temporary):
            folder.mkdir(parents=True)

    def run(self, action: Path, inputs: Mapping[str, str]) -> int:
        """Run the scripts of a composite action; the exit code of the first that fails."""
        told = YAML(typ="safe").load(action)
        given = {name: str(one.get("default", "")) for name, one in told["inputs"].items()}
        given |= inputs
        for step in told["runs"]["steps"]:
            if "run" not in step:
                continue
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], "an expression is pasted into a script"
            code = self._step(step, action.parent, given)
            if code:
                return code
        return 0

    def _step(self, step: dict[str, Any], action: Path, inputs: Mapping[str, str]) -> int:
        files = {
            name: self.temporary / f"{step['id']}-{name.lower()}"
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")
        }
        for file in files.values():
            file.touch()
        script = self.temporary / f"{step['id']}.sh"
        script.write_text(step["run"], encoding="utf-8")
        env = {
            **self.env,
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_ACTION_PATH": str(action),
            "RUNNER_TEMP": str(self.temporary),
            **{name: str(file) for name, file in files.items()},
            **{name: self._value(str(text), inputs) for name, text in step["env"].items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.workspace,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=600,
        )
        self.log += done.stdout
        self.told[step["id"]] = outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        assert not files["GITHUB_ENV"].read_bytes()
        assert not files["GITHUB_PATH"].read_bytes()
        return done.returncode

    def _value(self, text: str, inputs: Mapping[str, str]) -> str:
        def value(match: re.Match[str]) -> str:
            where, *path = match[1].split(".")
            if where == "inputs":
                return inputs[path[0]]
            assert where == "steps"
            assert path[1] == "outputs"
            return self.told[path[0]].get(path[2], "")

        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, text)


def environment() -> Iterator[tuple[str, str]]:
    """This process's variables without those of a CI system that runs the tests."""
    for name, value in os.environ.items():
        if not name.startswith(("GITHUB_", "GITLAB_", "CI_", "RUNNER_")):
            yield name, value
