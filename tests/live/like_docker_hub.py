"""A registry that refuses as Docker Hub does: what was never pushed it shows to nobody.

Its tokens are those of github.com/distribution/distribution, docs/spec/auth/jwt.md.
"""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from lab.registry import PrivateRegistry

from tests.live.tls import self_signed

SERVICE = ISSUER = "like-docker-hub"
SECONDS = 300


@dataclass
class Hub:
    """The registry, what was pushed to it, and what of that only its owner may see."""

    registry: PrivateRegistry
    pushed: set[str] = field(default_factory=set)
    private: set[str] = field(default_factory=set)

    def granted(self, repository: str, actions: set[str], *, owner: bool) -> set[str]:
        if owner and "push" in actions:
            self.pushed.add(repository)
            return actions
        is_shown = repository in self.pushed and (owner or repository not in self.private)
        return actions & {"pull"} if is_shown else set()


@contextmanager
def like_docker_hub(folder: Path) -> Iterator[Hub]:
    """Yields it while it runs, on this computer, with the registry's ``user`` as the only one."""
    keys = self_signed(folder / "keys")

    class Tokens(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            login = self.headers.get("Authorization", "").removeprefix("Basic ")
            self._give(parse_qs(urlsplit(self.path).query), base64.b64decode(login).decode())

        def do_POST(self) -> None:
            """As containerd asks: docs/spec/auth/oauth.md."""
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = parse_qs(form)
            self._give(asked, ":".join([*asked.get("username", []), *asked.get("password", [])]))

        def _give(self, asked: dict[str, list[str]], login: str) -> None:
            if login and login != f"{hub.registry.user}:{hub.registry.password}":
                self.send_error(401)
                return
            access = []
            for scope in " ".join(asked.get("scope", [])).split():
                kind, repository, actions = scope.split(":")
                granted = hub.granted(repository, set(actions.split(",")), owner=bool(login))
                access.append({"type": kind, "name": repository, "actions": sorted(granted)})
            token = _signed(access, keys)
            answer = json.dumps({"token": token, "access_token": token}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Tells nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Tokens) as server:
        settings = {
            "realm": f"http://127.0.0.1:{server.server_port}/token",
            "service": SERVICE,
            "issuer": ISSUER,
            "rootcertbundle": str(keys / "cert.pem"),
        }
        with PrivateRegistry(tokens=settings) as registry:
            hub = Hub(registry)
            Thread(target=server.serve_forever, daemon=True).start()
            yield hub
            server.shutdown()


def _signed(access: list[dict[str, object]], keys: Path) -> str:
    certificate = (keys / "cert.pem").read_text(encoding="ascii").splitlines()[1:-1]
    now = int(time.time())
    times = {"nbf": now - SECONDS, "iat": now, "exp": now + SECONDS}
    claims = {"iss": ISSUER, "aud": SERVICE, "sub": "", "jti": uuid4().hex, "access": access}
    head = {"typ": "JWT", "alg": "RS256", "x5c": ["".join(certificate)]}
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (head, {**claims, **times}))
    command = ["openssl", "dgst", "-sha256", "-sign", str(keys / "key.pem")]
    done = subprocess.run(command, input=signed.encode(), capture_output=True, check=True)
    return f"{signed}.{_encoded(done.stdout)}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
