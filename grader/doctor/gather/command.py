"""The docker command, its configuration, and the programs that keep its logins."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping

from grader.collect.endpoint import config_folder, read_config
from grader.doctor.machine import Command, Config, Helper
from grader.system_error import reason_of

SECONDS = 3.0
COMMAND_SECONDS = 4.0
MAX_HELPERS = 10
MAX_WORDS = 200
_NOWHERE = "unix:///nonexistent/docker.sock"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FORMAT = "{{.Client.Version}} {{.Client.APIVersion}}"


def command(env: Mapping[str, str]) -> Command:
    """The docker command; it is asked for its own version only, and reaches no engine."""
    program = shutil.which("docker", path=env.get("PATH"))
    if program is None:
        return Command(found=False)
    version = [program, "version", "--format", _FORMAT]
    try:
        code, words = _run(version, {**env, "DOCKER_HOST": _NOWHERE}, COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        return Command(runs=False)
    if code and "WSL" in words:
        return Command(stub=True)
    match = re.search(r"^(\d[\w.+~-]*) (\d[\d.]*)$", words, re.MULTILINE)
    return Command(version=match[1], api=match[2]) if match else Command(runs=False)


def config(env: Mapping[str, str]) -> Config:
    """``config.json``, of which names are kept and nothing else."""
    path = str(config_folder(env) / "config.json")
    try:
        settings = read_config(env)
    except json.JSONDecodeError as error:
        return Config(path=path, error=error.msg, line=error.lineno)
    except OSError as error:
        return Config(path=path, error=reason_of(error))
    except ValueError as error:
        return Config(path=path, error=str(error))
    helpers = settings.get("credHelpers")
    named = [settings.get("credsStore"), *(helpers.values() if isinstance(helpers, dict) else ())]
    names = sorted({str(name) for name in named if name})
    return Config(
        path=path,
        helpers=tuple(_helper(name, env) for name in names[:MAX_HELPERS]),
    )


def _helper(name: str, env: Mapping[str, str]) -> Helper:
    """Whether it works: it is asked for the names of what it keeps, which are thrown away."""
    program = _NAME.fullmatch(name) and shutil.which(
        f"docker-credential-{name}", path=env.get("PATH")
    )
    if not program:
        return Helper(name=name, state="missing")
    try:
        code, words = _run([program, "list"], env, SECONDS)
    except subprocess.TimeoutExpired:
        return Helper(name=name, state="hangs")
    if code:
        return Helper(name=name, state="fails", words=" ".join(words.split())[:MAX_WORDS])
    return Helper(name=name)


def _run(words: list[str], env: Mapping[str, str], seconds: float) -> tuple[int, str]:
    try:
        done = subprocess.run(  # noqa: S603 # a program of the learner's PATH, without a shell
            words,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except OSError as error:
        return 127, error.strerror or str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace")
