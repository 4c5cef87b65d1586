"""A registry asked directly, by the OCI distribution API, with a login or as anybody may.

The protocol is that of github.com/opencontainers/distribution-spec, with the tokens of
github.com/distribution/distribution (docs, spec/auth/token.md). Of two maintained clients, one
reads the docker command's logins and waits for minutes between its tries, and the other bounds
neither bytes nor redirects. urllib3, which the Docker SDK brings, knows no login by itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import getproxies, parse_http_list, parse_keqv_list, proxy_bypass

from grader.collect.answer import AbsentError, UnavailableError
from grader.collect.endpoint import is_loopback
from grader.collect.media_types import MANIFESTS
from grader.collect.registry_answer import API, content_of, refusal
from grader.facts import Manifest, Reason
from grader.reference import DOCKER_HUB

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
MAX_TOKEN_BYTES = 64 * 1024
MAX_REDIRECTS = 3

HUB_HOST = "registry-1.docker.io"

_BEARER = re.compile(r"\bbearer\s+(.*)", re.IGNORECASE | re.DOTALL)
_BASIC = re.compile(r"\bbasic\b", re.IGNORECASE)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A login to a registry, kept in memory only."""

    username: str
    password: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The value of an Authorization header."""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class Distribution:
    """One registry, asked with ``credentials`` if given. Raises AbsentError and UnavailableError.

    A registry on the loopback interface is asked by http, as Docker does, every other by https.
    """

    def __init__(self, registry: str, credentials: Credentials | None = None) -> None:
        self._host = HUB_HOST if registry == DOCKER_HUB else registry
        self._plain = is_loopback(registry)
        self._credentials = credentials
        self._pool: PoolManager | None = None
        self._authorizations: dict[str, str] = {}

    def descriptor(self, repository: str, reference: str) -> Manifest:
        """What is under a tag or digest, by HEAD: Docker Hub counts only a GET against its limit.

        A registry that answers a HEAD without telling what is there is asked by GET.
        """
        accept = {"Accept": ", ".join(MANIFESTS)}
        with self._authorized("HEAD", repository, f"manifests/{reference}", accept) as response:
            digest = str(response.headers.get("Docker-Content-Digest") or "")
            length = str(response.headers.get("Content-Length") or "")
            if response.status in {401, 403, 429} or (
                response.status == 404 and API in response.headers
            ):
                raise refusal(response)
            if response.status == 200 and _DIGEST.fullmatch(digest):
                return Manifest(
                    digest=digest,
                    media_type=str(response.headers.get("Content-Type") or "").partition(";")[0],
                    size=int(length) if length.isdecimal() else 0,
                )
        content = self.manifest(repository, reference)
        manifest = json_object(content)
        if not {"schemaVersion", "mediaType"} & manifest.keys():
            raise UnavailableError(Reason.REGISTRY_UNREACHABLE, "what is no manifest")
        media_type = str(manifest.get("mediaType") or "")
        return Manifest(digest=digest_of(content), media_type=media_type, size=len(content))

    def manifest(self, repository: str, reference: str) -> bytes:
        """A manifest or index, by its tag or digest."""
        accept = {"Accept": ", ".join(MANIFESTS)}
        return self._get(repository, f"manifests/{reference}", accept)

    def blob(self, repository: str, digest: str) -> bytes:
        """A blob, such as an image's configuration."""
        try:
            return self._get(repository, f"blobs/{digest}", {})
        except AbsentError as error:  # of an image that the registry says it holds
            raise UnavailableError(Reason.REGISTRY_UNREACHABLE, error.detail) from error

    def greeting(self, repository: str, reference: str) -> tuple[int, Mapping[str, str]]:
        """Status and headers of a HEAD, as anybody gets them: limits, and the registry's clock.

        Header names are found in any case.
        """
        path = f"manifests/{reference}"
        accept = {"Accept": ", ".join(MANIFESTS)}
        with self._opened("HEAD", self._url(repository, path), accept) as response:
            first = response.status, response.headers
        if first[0] != 401:
            return first
        try:
            with self._authorized("HEAD", repository, path, accept) as response:
                return response.status, response.headers
        except UnavailableError:
            return first

    def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            self._pool.clear()

    def _get(self, repository: str, path: str, headers: Mapping[str, str]) -> bytes:
        with self._authorized("GET", repository, path, headers) as response:
            return content_of(response)

    @contextmanager
    def _authorized(
        self, method: str, repository: str, path: str, headers: Mapping[str, str]
    ) -> Iterator[BaseHTTPResponse]:
        """The answer, once the registry knows who asks if it wants to."""
        url = self._url(repository, path)
        challenge = ""
        if repository not in self._authorizations:
            with self._opened(method, url, headers) as response:
                if response.status != 401:
                    yield response
                    return
                challenge = str(response.headers.get("WWW-Authenticate") or "")
            self._authorizations[repository] = self._authorization(challenge, repository)
        known = {"Authorization": self._authorizations[repository]}
        with self._opened(method, url, {**headers, **known}) as response:
            yield response

    def _url(self, repository: str, path: str) -> str:
        return f"{'http' if self._plain else 'https'}://{self._host}/v2/{repository}/{path}"

    def _authorization(self, challenge: str, repository: str) -> str:
        bearer = _BEARER.search(challenge)
        if bearer:
            return f"Bearer {self._token(bearer[1], repository)}"
        if self._credentials and _BASIC.search(challenge):
            return self._credentials.basic
        raise UnavailableError(Reason.DENIED, "the registry wants a login", 401)

    def _token(self, parameters: str, repository: str) -> str:
        """A token for whoever asks, from the place that the registry names."""
        pairs = [pair for pair in parse_http_list(parameters) if "=" in pair]
        asked = {key.strip().lower(): value for key, value in parse_keqv_list(pairs).items()}
        realm = asked.get("realm", "")
        with _translated():
            safe = self._safe(realm)
        if not safe:
            raise UnavailableError(Reason.DENIED, "the registry names no place for a token", 401)
        query = {"scope": f"repository:{repository}:pull"}
        if "service" in asked:
            query["service"] = asked["service"]
        separator = "&" if "?" in realm else "?"
        known = {"Authorization": self._credentials.basic} if self._credentials else {}
        with self._opened("GET", f"{realm}{separator}{urlencode(query)}", known) as response:
            answer = json_object(content_of(response, MAX_TOKEN_BYTES))
        token = str(answer.get("token") or answer.get("access_token") or "")
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise UnavailableError(Reason.DENIED, "the registry gave no token", 401)
        return token

    @contextmanager
    def _opened(
        self, method: str, url: str, headers: Mapping[str, str]
    ) -> Iterator[BaseHTTPResponse]:
        """An answer. Redirects are followed, without token or login to another host."""
        first = urlsplit(url)
        for _ in range(MAX_REDIRECTS + 1):
            same = urlsplit(url)[:2] == first[:2]
            sent = {k: v for k, v in headers.items() if same or k != "Authorization"}
            with _translated():
                response = self._request(method, url, sent)
                location = response.headers.get("Location")
                if not 300 <= response.status < 400 or not location:
                    break
                response.close()
                url = urljoin(url, location)
                if not self._safe(url):
                    raise UnavailableError(Reason.REGISTRY_UNREACHABLE, "an unsafe redirect")
        else:
            raise UnavailableError(Reason.REGISTRY_UNREACHABLE, "too many redirects")
        try:
            with _translated():
                yield response
        finally:
            response.close()

    def _safe(self, url: str) -> bool:
        """Whether a registry may send us there: to https; here, only if it is here itself."""
        parts = urlsplit(url)
        here = is_loopback(parts.netloc)
        if parts.scheme == "https":
            return self._plain or not here
        return parts.scheme == "http" and self._plain and here

    def _request(self, method: str, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        from urllib3 import Timeout

        if self._pool is None:
            self._pool = _pool(self._host, direct=self._plain)
        return self._pool.request(
            method,
            url,
            headers={"User-Agent": "grade-lab", **headers},
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
            timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        )


def digest_of(content: bytes) -> str:
    """The digest by which registries know a content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def json_object(content: bytes) -> Mapping[str, Any]:
    """A JSON object. Raises UnavailableError for anything else."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UnavailableError(Reason.REGISTRY_UNREACHABLE, "the registry did not answer in JSON")
    return value


def _pool(host: str, *, direct: bool) -> PoolManager:
    import certifi
    from urllib3 import PoolManager, ProxyManager
    from urllib3.util import make_headers, parse_url

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())  # some systems have none that Python finds
    proxy = None if direct or proxy_bypass(host) else getproxies().get("https")
    if not proxy:
        return PoolManager(ssl_context=context)
    user = parse_url(proxy).auth
    headers = make_headers(proxy_basic_auth=user) if user else None
    return ProxyManager(proxy, proxy_headers=headers, ssl_context=context)


@contextmanager
def _translated() -> Iterator[None]:
    from urllib3.exceptions import HTTPError, ProxyError

    try:
        yield
    except ProxyError as error:
        words = f"the proxy cannot be used: {error.original_error}"
        raise UnavailableError(Reason.REGISTRY_UNREACHABLE, words) from error
    except (HTTPError, OSError, ValueError) as error:
        raise UnavailableError(Reason.REGISTRY_UNREACHABLE, str(error)) from error
