"""The instructor's logins to registries: from variables, or the docker command's own."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from grader.collect import credential_helper
from grader.collect.answer import UnavailableError
from grader.collect.distribution import Credentials
from grader.collect.endpoint import config_folder
from grader.collect.waiting import within
from grader.facts import Reason

REGISTRY, USER, PASSWORD = (
    "GRADE_LAB_REGISTRY",
    "GRADE_LAB_REGISTRY_USER",
    "GRADE_LAB_REGISTRY_PASSWORD",
)
IDENTITY_TOKEN = "<token>"  # noqa: S105 # what stands for the name where there is a token


class Logins:
    """The login for each registry, asked for once. It goes to that registry and nowhere else.

    The variables name one registry, user and password (or token). For others the configuration of
    the docker command is used, with its credential helpers.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._known: dict[str, Credentials | UnavailableError | None] = {}
        self._asking = Lock()

    def of(self, registry: str) -> Credentials | None:
        """The login for a registry; None where there is none.

        Raises:
            UnavailableError: the docker command's configuration or its helper does not work, or
                does not answer within `credential_helper.SECONDS`.
        """
        if registry == self._env.get(REGISTRY) and self._env.get(USER):
            return Credentials(self._env[USER], self._env.get(PASSWORD, ""))
        with self._asking:
            if registry not in self._known:
                self._known[registry] = self._of_docker(registry)
            known = self._known[registry]
        if isinstance(known, UnavailableError):
            raise known
        return known

    def _of_docker(self, registry: str) -> Credentials | UnavailableError | None:
        path = config_folder(self._env) / "config.json"
        if not path.is_file():
            return None
        from docker.auth import load_config
        from docker.errors import DockerException

        try:
            found = within(
                credential_helper.SECONDS,
                lambda: load_config(str(path)).resolve_authconfig(registry) or {},
            )
            entry = {key.lower(): value for key, value in found.items()}
        except TimeoutError:
            credential_helper.end_helpers()
            return _unreadable("docker's credential helper does not answer")
        except DockerException as error:
            return _unreadable(f"docker's credentials: {error}")
        except Exception as error:  # what a helper prints may be of any form, and quote a secret
            return _unreadable(f"docker's credentials: {type(error).__name__}")
        name, password = str(entry.get("username") or ""), str(entry.get("password") or "")
        # A registry's token takes no identity token of an identity provider for a password.
        return Credentials(name, password) if name and name != IDENTITY_TOKEN else None


def _unreadable(words: str) -> UnavailableError:
    return UnavailableError(Reason.CREDENTIALS, words)
