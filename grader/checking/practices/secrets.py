"""The practice of keeping secrets out of images, where everybody who has the image can read them.

Names follow BuildKit's own rule ``SecretsUsedInArgOrEnv``, narrowed to what is surely a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from grader.checking.dockerfile import Dockerfile, Instruction
from grader.checking.practices.contract import Finding, sources, unquoted
from grader.messages import msg

_NAME = re.compile(
    r"(?:^|_)(?:passwd|password|pword|secret|token|credentials?"
    r"|(?:api|access|private|secret|encryption|signing|ssh)_?key)$",
    re.IGNORECASE,
)
_SWITCHES = {"", "0", "1", "yes", "no", "true", "false"}
_KEY_FILE = re.compile(
    r"(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|\.pypirc|\.git-credentials|.+\.(?:key|p12|pfx))$"
)
_WITHOUT_VALUES = {".example", ".sample", ".template", ".dist"}


def no_secrets(dockerfile: Dockerfile) -> Iterator[Finding]:
    """No ENV or ARG named like a secret, and no env file or private key copied."""
    for instruction in dockerfile.instructions:
        for name in filter(_is_secret, _names(instruction)):
            yield Finding(
                instruction.line,
                msg("{name} looks like a secret, and whoever has the image can read it", name=name),
                msg("give it when the container starts: `docker run --env-file .env …`"),
            )
        if instruction.name in {"COPY", "ADD"}:
            for path in filter(_is_secret_file, sources(instruction)):
                yield Finding(
                    instruction.line,
                    msg("{path} looks like a secret, and is copied into the image", path=path),
                    msg("leave it out, and start the container with `--env-file` instead"),
                )


def _names(instruction: Instruction) -> Iterator[str]:
    if instruction.name == "ARG":
        yield from (word.partition("=")[0] for word in instruction.args)
    elif instruction.name == "ENV":
        for name, value in zip(instruction.args[::3], instruction.args[1::3], strict=True):
            if unquoted(value).lower() not in _SWITCHES:
                yield name


def _is_secret(name: str) -> bool:
    return "public" not in name.lower() and _NAME.search(name) is not None


def _is_secret_file(source: str) -> bool:
    path = PurePosixPath(source)
    if path.name in {".env", ".env*"} or path.name.startswith(".env."):
        return path.suffix not in _WITHOUT_VALUES
    return _KEY_FILE.match(path.name) is not None
