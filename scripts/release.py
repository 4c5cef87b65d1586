"""Is what would be released whole, and can it be installed everywhere? Needs the package index.

    python scripts/release.py wheels            every dependency has a wheel for every machine
    python scripts/release.py smoke [PYTHON …]  the wheel, in a clean environment, does a lab

Both use uv, which resolves for machines that it does not run on.
"""

import os
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_submission"
MACHINES = {
    "Windows x86_64": "x86_64-pc-windows-msvc",
    "Windows arm64": "aarch64-pc-windows-msvc",
    "macOS arm64": "aarch64-apple-darwin",
    "macOS x86_64": "x86_64-apple-darwin",
    "Linux x86_64": "x86_64-unknown-linux-gnu",
    "Linux arm64": "aarch64-unknown-linux-gnu",
    "Alpine x86_64": "x86_64-unknown-linux-musl",
    "Alpine arm64": "aarch64-unknown-linux-musl",
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
EXTRAS = ("cluster",)
EXCEPTIONS = {("Windows arm64", "3.11")}
"""Here PyYAML, which Dask wants, has no wheel; grade-lab without a cluster can be installed."""
COMMANDS = (
    ["--version"],
    ["--help"],
    ["rubric", "list", "--lang", "ko"],
    ["rubric", "check", "container-and-docker"],
    ["rubric", "schema"],
    ["judge", str(SAMPLE), "--lang", "ko", "--format", "html,json,junit,markdown"],
)


def wheels() -> int:
    """Print a table of machines and versions of Python; the exit code is 1 if one lacks a wheel."""
    lacking = 0
    for (name, platform), version in product(MACHINES.items(), PYTHONS):
        if (name, version) in EXCEPTIONS:
            continue
        options = ["--python-platform", platform, "--python-version", version]
        extras = [f"--extra={extra}" for extra in EXTRAS]
        resolve = ["pip", "compile", "pyproject.toml", "--only-binary=:all:", "--no-header"]
        done = _uv(*resolve, "--no-annotate", "--quiet", *options, *extras)
        found = done.stdout.count("==")
        print(f"{name:15} Python {version}: {f'{found} wheels' if not done.returncode else 'NO'}")
        if done.returncode:
            lacking += 1
            print(done.stderr)
    return min(lacking, 1)


def smoke(pythons: list[str]) -> int:
    """Install the wheel with each Python and run the command; the exit code is 1 if one fails."""
    found = {python: _found(python) for python in pythons}
    for python in [python for python, path in found.items() if path is None]:
        print(f"Python {python}: not on this machine")
    with tempfile.TemporaryDirectory(prefix="grade-lab-release-") as folder:
        wheel = build(Path(folder))
        return max(
            (_smoke(path, wheel, Path(folder)) for path in found.values() if path), default=0
        )


def _found(python: str) -> str | None:
    """Where this Python is: a path, or a version on the search path or among pyenv's."""
    if Path(python).is_file():
        return python
    done = _uv("python", "find", "--no-python-downloads", python)
    if done.returncode == 0:
        return done.stdout.strip()
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    return next((str(path) for path in sorted(versions.glob(f"{python}.*/bin/python"))), None)


def build(folder: Path) -> Path:
    """The wheel of this source, in ``folder``; the source distribution is beside it."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


def _smoke(python: str, wheel: Path, folder: Path) -> int:
    venv = Path(tempfile.mkdtemp(prefix="venv-", dir=folder))
    _uv("venv", "--quiet", "--clear", "--python", python, str(venv), check=True)
    into = venv / ("Scripts" if sys.platform == "win32" else "bin")
    _uv("pip", "install", "--quiet", "--python", str(venv), str(wheel), check=True)
    for command in COMMANDS:
        out = ["--out", str(folder / "report")] if command[0] == "judge" else []
        done = subprocess.run(
            [into / "grade-lab", *command, *out],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            print(f"Python {python}: grade-lab {' '.join(command)}: {done.returncode}")
            print(done.stdout, done.stderr, sep="\n")
            return 1
    print(f"Python {python}: {len(COMMANDS)} commands of {wheel.name} work")
    return 0


def _uv(*arguments: str, check: bool = False) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "uv", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=check)


def main() -> int:
    """Dispatch."""
    match sys.argv[1:]:
        case ["wheels"]:
            return wheels()
        case ["smoke", *pythons]:
            return smoke(pythons or list(PYTHONS))
        case _:
            return sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
