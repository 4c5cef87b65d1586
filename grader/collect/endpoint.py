"""Where the engine is: resolved as the docker command line does it, then the usual sockets.

``DOCKER_HOST`` wins, then ``DOCKER_CONTEXT``, then the current context of ``config.json``. The
SDK's own resolution falls back in silence where the command line stops with an error, and reads
contexts of the working directory when there is no ``config.json``; so it is done here.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from grader.errors import GradeLabError
from grader.messages import Message, msg
from grader.shell_environment import outside

MAX_CONFIG_BYTES = 4 * 1024 * 1024
DEFAULT_CONTEXT = "default"
_REMOTE = {"tcp", "http", "https", "ssh"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Addresses to try in this order, and how to speak TLS there.

    ``certificates`` is a folder with ``ca.pem``, ``cert.pem`` and ``key.pem``.
    """

    hosts: tuple[str, ...]
    certificates: Path | None = None
    verify: bool = True


def tried(failures: Mapping[str, str]) -> str:
    """Which addresses could not be used, each with the reason; a reason of several is told once."""
    alike: dict[str, list[str]] = {}
    for host, reason in failures.items():
        alike.setdefault(reason, []).append(host)
    return "; ".join(f"{', '.join(hosts)}: {reason}" for reason, hosts in alike.items())


def resolve(env: Mapping[str, str], platform: str) -> Endpoint:
    """The endpoint that ``docker`` would use, ``platform`` being that of ``sys.platform``.

    Inside ``grade-lab shell`` it is the engine's own, not the relay.

    Raises:
        GradeLabError: the context is unknown or broken, or ``config.json`` is.
    """
    env = outside(env)
    if host := env.get("DOCKER_HOST"):
        verify = bool(env.get("DOCKER_TLS_VERIFY"))
        folder = env.get("DOCKER_CERT_PATH") or (str(config_folder(env)) if verify else "")
        return Endpoint((host,), Path(folder) if folder else None, verify)
    context = current_context(env)
    if context == DEFAULT_CONTEXT:
        return Endpoint(usual_sockets(platform, env))
    return _endpoint_of(context, env, platform)


def usual_sockets(platform: str, env: Mapping[str, str]) -> tuple[str, ...]:
    """Where engines listen on this platform when nobody chose another place, likeliest first."""
    if platform == "win32":
        return ("npipe:////./pipe/docker_engine",)
    home = home_of(env)
    desktop = {"darwin": ".docker/run/docker.sock"}.get(platform, ".docker/desktop/docker.sock")
    paths = [Path("/var/run/docker.sock"), home / desktop]
    paths += [home / ".colima/default/docker.sock", home / ".orbstack/run/docker.sock"]
    if runtime := env.get("XDG_RUNTIME_DIR"):
        paths += [Path(runtime) / "docker.sock", Path(runtime) / "podman/podman.sock"]
    if platform != "darwin":
        paths.append(Path("/run/podman/podman.sock"))
    return tuple(f"unix://{path.as_posix()}" for path in paths)


def config_folder(env: Mapping[str, str]) -> Path:
    """The folder of the docker command line's configuration.

    That of Ubuntu's snap has a home of its own below the user's.
    """
    if env.get("DOCKER_CONFIG"):
        return Path(env["DOCKER_CONFIG"])
    is_snap = (shutil.which("docker", path=env.get("PATH")) or "").endswith("/snap/bin/docker")
    return home_of(env) / ("snap/docker/current/.docker" if is_snap else ".docker")


def read_config(env: Mapping[str, str]) -> dict[str, Any]:
    """``config.json``; empty when there is none. It holds credentials: use names only.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON object.
    """
    return read_object(config_folder(env) / "config.json")


def read_object(path: Path, *, missing_ok: bool = True) -> dict[str, Any]:
    """The JSON object in a file; empty when there is no file, and one may be missing.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON object.
    """
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(MAX_CONFIG_BYTES))
    except FileNotFoundError:
        if missing_ok:
            return {}
        raise
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def home_of(env: Mapping[str, str]) -> Path:
    """The folder that is the user's own."""
    home = env.get("HOME") or env.get("USERPROFILE")
    return Path(home) if home else Path.home()


def current_context(env: Mapping[str, str]) -> str:
    """The name of the context in use where ``DOCKER_HOST`` names no engine.

    Raises:
        GradeLabError: ``config.json`` is broken.
    """
    return env.get("DOCKER_CONTEXT") or _configured_context(env)


def contexts(env: Mapping[str, str], platform: str) -> dict[str, Endpoint]:
    """The contexts that ``docker context create`` made, by name, as far as they can be read."""
    known: dict[str, Endpoint] = {}
    for meta in sorted((config_folder(env) / "contexts" / "meta").glob("*/meta.json")):
        with suppress(OSError, ValueError, GradeLabError):
            name = str(read_object(meta).get("Name") or "")
            known[name] = _endpoint_of(name, env, platform)
    return known


def host_name(host: str) -> str:
    """The machine on which published ports are reached: this one, unless ``host`` is remote."""
    parts = urlsplit(host)
    return (parts.hostname if parts.scheme in _REMOTE else None) or "127.0.0.1"


def is_local(host: str) -> bool:
    """Whether the engine at this address is on this computer."""
    parts = urlsplit(host)
    elsewhere = parts.scheme in _REMOTE and parts.hostname
    return not elsewhere or is_loopback(parts.netloc)


def is_loopback(netloc: str) -> bool:
    """Whether a host, with or without a port, is this computer itself."""
    from ipaddress import ip_address

    try:
        host = urlsplit(f"//{netloc}").hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def unusable_host(host: str, reason: str) -> GradeLabError:
    """Why no client can be made for this address, and what to do about it."""
    from importlib.util import find_spec

    if host.startswith("ssh:") and find_spec("paramiko") is None:
        return GradeLabError(
            msg("the engine at {host} is reached by ssh, which needs paramiko", host=host),
            msg("add it to grade-lab: `pipx inject grade-lab paramiko`, or `pip install paramiko`"),
        )
    return GradeLabError(
        msg("the engine at {host} cannot be used: {reason}", host=host, reason=reason),
        msg(
            "look at `docker context ls`, and at the variables DOCKER_HOST, "
            "DOCKER_TLS_VERIFY and DOCKER_CERT_PATH"
        ),
    )


def _configured_context(env: Mapping[str, str]) -> str:
    path = config_folder(env) / "config.json"
    try:
        name = read_object(path).get("currentContext")
    except (OSError, ValueError) as error:
        raise GradeLabError(
            msg("the configuration of docker cannot be read: {reason}", reason=_words(error)),
            msg("put it right, or rename the file and run `docker login` again"),
            where=str(path),
        ) from error
    return name if isinstance(name, str) and name else DEFAULT_CONTEXT


def _endpoint_of(context: str, env: Mapping[str, str], platform: str) -> Endpoint:
    folder = config_folder(env) / "contexts"
    key = hashlib.sha256(context.encode("utf-8", "replace")).hexdigest()
    meta = folder / "meta" / key / "meta.json"
    try:
        endpoint = read_object(meta, missing_ok=False)["Endpoints"]["docker"]
        host, unverified = endpoint.get("Host"), endpoint.get("SkipTLSVerify")
    except FileNotFoundError as error:
        raise _unusable(context, env, msg("there is no such context")) from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise _unusable(context, env, msg("{reason}", reason=_words(error))) from error
    certificates = folder / "tls" / key / "docker"
    return Endpoint(
        (str(host),) if host else usual_sockets(platform, env),
        certificates if certificates.is_dir() else None,
        not unverified,
    )


def _unusable(context: str, env: Mapping[str, str], reason: Message) -> GradeLabError:
    advice = (
        msg("run `unset DOCKER_CONTEXT`, or set it to a name that `docker context ls` shows")
        if env.get("DOCKER_CONTEXT")
        else msg("run `docker context ls`, then `docker context use NAME` with a name from there")
    )
    return GradeLabError(
        msg("the docker context '{name}' cannot be used: {reason}", name=context, reason=reason),
        advice,
    )


def _words(error: Exception) -> str:
    # A JSON error's own text quotes nothing of the file, which may hold a credential.
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
