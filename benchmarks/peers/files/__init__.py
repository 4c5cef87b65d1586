# mypy: disable-error-code="untyped-decorator"
"""The ten facts of files.yaml for check50, in the same order, each a check of its own."""

from __future__ import annotations

import re
from pathlib import Path

import check50


def _holds(path: str, text: str) -> None:
    check50.exists(path)
    if text not in Path(path).read_text(encoding="utf-8"):
        raise check50.Failure(f"{path} lacks {text}")


def _matches(path: str, pattern: str) -> None:
    check50.exists(path)
    if not re.search(pattern, Path(path).read_text(encoding="utf-8")):
        raise check50.Failure(f"{path} has nothing like {pattern}")


@check50.check()
def base() -> None:
    """The Dockerfile names its base image"""
    _matches("Dockerfile", "(?m)^FROM python:")


@check50.check()
def workdir() -> None:
    """It sets the working directory"""
    _holds("Dockerfile", "WORKDIR /app")


@check50.check()
def user() -> None:
    """It sets the user"""
    _holds("Dockerfile", "USER wisheasy")


@check50.check()
def exposes() -> None:
    """It exposes the port"""
    _holds("Dockerfile", "EXPOSE 8000")


@check50.check()
def command() -> None:
    """It starts the app"""
    _holds("Dockerfile", 'CMD ["python", "app.py"]')


@check50.check()
def env() -> None:
    """.dockerignore has .env"""
    _matches(".dockerignore", r"(?m)^\.env$")


@check50.check()
def git() -> None:
    """.dockerignore has .git"""
    _matches(".dockerignore", r"(?m)^\.git$")


@check50.check()
def app() -> None:
    """The app is there"""
    check50.exists("app.py")


@check50.check()
def answers() -> None:
    """The answers are there"""
    _holds("answers.md", "## vm-vs-container")


@check50.check()
def log_line() -> None:
    """A line of the log is quoted"""
    _holds("answers.md", "wisheasy is listening on port 8000")
