"""Bring .venv up to date: `make` runs this first, and it does nothing when nothing changed.

    python3 scripts/bootstrap.py [--extras dev,bench] [--browser]

Finds a Python that suits, makes .venv with it and installs the project editable.
--browser also installs, on Debian as root, what the reports' tests look at pages with.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import DEVNULL

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST, NEWEST = (3, 11), (3, 14)
KOREAN_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


class Stamp:
    """A file that says for which state of things a step was done, so that it is done once."""

    def __init__(self, path: Path, *state: str) -> None:
        self._path = path
        self._state = hashlib.sha256("\0".join(state).encode()).hexdigest()

    def holds(self) -> bool:
        return self._path.exists() and self._path.read_text(encoding="ascii") == self._state

    def write(self) -> None:
        self._path.write_text(self._state, encoding="ascii")


def main() -> None:
    """Do what is missing; exits with a sentence when something cannot be done."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        other = _other_python()  # nothing below this line needs to work with an old Python
        os.execv(other, [other, *sys.argv])  # noqa: S606
    parser = argparse.ArgumentParser(description="Bring .venv up to date.")
    parser.add_argument("--extras", default="dev", help="groups of dependencies (default: dev)")
    parser.add_argument("--browser", action="store_true", help="also install Chromium and fonts")
    options = parser.parse_args()
    made = Stamp(VENV / "made.stamp", str(ROOT), sys.version)  # a moved .venv is no good
    if not made.holds() or not _works(PYTHON):
        _make_venv()
        made.write()
    sources = [ROOT / "pyproject.toml", *sorted(ROOT.glob("grader/locale/**/*.po"))]
    contents = [source.read_text(encoding="utf-8") for source in sources]
    installed = Stamp(VENV / f"installed-{options.extras}.stamp", *contents)
    if not installed.holds():
        _install(options.extras)
        installed.write()
    if options.browser:
        _install_browser()


def _other_python() -> str:
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and _works(Path(found)):
            return found
    oldest, newest = (".".join(map(str, version)) for version in (OLDEST, NEWEST))
    return sys.exit(
        f"Python {oldest} to {newest} is needed, and {sys.executable} is "
        f"{sys.version.split()[0]}. Install one of these, then run it again; "
        f"make can be told where it is: make PYTHON=/path/to/python3 …"
    )


def _works(python: Path) -> bool:
    """Whether this Python runs and suits; the one of a moved .venv does not."""
    test = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    try:
        return (
            subprocess.run(
                [python, "-c", test], stdout=DEVNULL, stderr=DEVNULL, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False


def _make_venv() -> None:
    can = [sys.executable, "-c", "import ensurepip, venv"]  # Debian packs these two apart
    if subprocess.run(can, stdout=DEVNULL, stderr=DEVNULL, check=False).returncode != 0:
        from lab import apt

        package = f"python3.{sys.version_info.minor}-venv"
        if not apt.usable():
            sys.exit(f"This Python cannot make virtual environments. Install {package}.")
        apt.install([package])
    print(f"Making {VENV} …", file=sys.stderr)
    _run(sys.executable, "-m", "venv", "--clear", str(VENV))


def _install(extras: str) -> None:
    print("Installing the project and its dependencies into it …", file=sys.stderr)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-qq"]  # only errors
    _run(*pip, "install", "--editable", f"{ROOT}[{extras}]")


def _run(*command: str) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"This did not work, and the lines above say why: {' '.join(command)}")


def _install_browser() -> None:
    """As far as this machine allows: without a browser its tests skip themselves, and say so."""
    from lab import apt
    from lab.errors import LabUnavailableError, say

    if not apt.usable():
        return
    try:
        apt.ensure([("chromium", "chromium")])
        if not KOREAN_FONT.exists():
            apt.install(["fonts-noto-cjk"])
    except LabUnavailableError as reason:
        say(f"going on without a browser: {reason}")


if __name__ == "__main__":
    main()
