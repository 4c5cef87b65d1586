"""A stand-in for the Python base image, made of the distribution's own packages.

The real `python:…-slim` comes from Docker Hub. A lab that must also work without it (no route
there, its pull limit) puts Debian's Python and a busybox under the same name instead.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from . import apt, cache
from .errors import LabUnavailableError, say

if TYPE_CHECKING:
    from .engine import PrivateEngine

PACKAGES = ("python3", "busybox-static")
UNNEEDED_PACKAGES = ("debconf_", "dpkg_", "install-info_", "perl-base_", "tar_")
UNNEEDED_FOLDERS = frozenset(
    (
        *("__pycache__", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "test", "tests"),
        *("tkinter", "turtledemo", "bash-completion", "bug", "doc", "gconv", "info"),
        *("lintian", "locale", "man"),
    )
)
MERGED = ("bin", "sbin", "lib", "lib64")  # links into /usr, as Debian lays them out
FOLDERS = (
    *(f"usr/{folder}" for folder in MERGED),
    *("etc", "home", "root", "run", "tmp", "usr/local/bin", "var/tmp"),
)
IMAGE_SETTINGS = (
    "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin",
    "ENV LANG=C.UTF-8",
    'CMD ["python3"]',
)
# `dpkg-deb --extract` would put folders in the place of the merged links.
UNPACK = 'dpkg-deb --fsys-tarfile "$1" | tar --extract --keep-directory-symlink --directory "$2"'
USERADD = """#!/bin/sh
# A small useradd: one user, with a group of its own and the same number.
set -eu
id=1000 home= shell=/bin/sh
while [ $# -gt 1 ]; do
    case $1 in
        -m | --create-home) home=yes ;;
        -u | --uid) id=$2; shift ;;
        -s | --shell) shell=$2; shift ;;
        -r | --system | -M | --no-create-home | -U | --user-group) ;;
        *) echo "useradd: this stand-in does not know the option $1" >&2; exit 2 ;;
    esac
    shift
done
echo "$1:x:$id:" >> /etc/group
echo "$1:x:$id:$id::/home/$1:$shell" >> /etc/passwd
[ -z "$home" ] || { mkdir -p "/home/$1"; chown "$id:$id" "/home/$1"; }
"""
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
    "usr/sbin/useradd": USERADD,
}


def reference(dockerfile: Path) -> str:
    """The image that a Dockerfile starts from."""
    for line in dockerfile.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words and words[0].upper() == "FROM":
            return words[1]
    raise ValueError(f"{dockerfile} has no FROM line.")


def load(engine: PrivateEngine, name: str) -> None:
    """Give a private engine the stand-in under the name of the image it stands for."""
    settings = [word for setting in IMAGE_SETTINGS for word in ("--change", setting)]
    tar = archive()
    engine.docker("import", *settings, str(tar), name)
    say(f"{name} here is a stand-in made of Debian or Ubuntu packages ({_python(tar)}),")
    say("so that nothing is downloaded from Docker Hub.")


def archive() -> Path:
    """The stand-in's file system as a tar file, made once and kept in the cache."""
    recipe = hashlib.sha256(Path(__file__).read_bytes() + _os_release()).hexdigest()[:12]
    path = cache.folder() / f"base-{recipe}.tar"
    with cache.lock("base"):  # one run makes it, those beside it wait
        if not path.exists():
            for outdated in cache.folder().glob("base-*.tar"):
                outdated.unlink()
            say("making the base image out of packages (once) …")
            _make(path)
    return path


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache.folder(), prefix="making-") as folder:
        made, root = Path(folder) / "base.tar", Path(folder) / "root"
        _fill(root, apt.download(PACKAGES, Path(folder) / "packages"))
        with tarfile.open(made, "w") as tar:
            tar.add(root, ".", filter=_needed)
        made.replace(path)  # whole or not at all


def _fill(root: Path, packages: list[Path]) -> None:
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    for folder in MERGED:
        (root / folder).symlink_to(f"usr/{folder}")
    for package in packages:
        if not package.name.startswith(UNNEEDED_PACKAGES):
            _run("sh", "-c", UNPACK, "unpack", str(package), str(root))
    for name, text in {**FILES, "etc/os-release": _os_release().decode()}.items():
        (root / name).write_text(text, encoding="utf-8")
    (root / "usr/sbin/useradd").chmod(0o755)
    (root / "usr/local/bin/python3").symlink_to("/usr/bin/python3")
    (root / "usr/local/bin/python").symlink_to("python3")
    _run("chroot", str(root), "/bin/busybox", "--install", "-s", "/usr/bin")


def _run(*command: str) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise LabUnavailableError(
            f"The base image could not be made: `{' '.join(command)}` said: {done.stderr.strip()}. "
            "Check the free disk space, and run it again."
        )


def _needed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out what no container reads; it is most of the packages' weight."""
    unneeded = entry.isdir() and PurePosixPath(entry.name).name in UNNEEDED_FOLDERS
    return None if unneeded else entry


def _python(archive: Path) -> str:
    """Which Python a stand-in holds, such as python3.11."""
    with tarfile.open(archive) as tar:
        names = (PurePosixPath(name).name for name in tar.getnames())
        return next((name for name in names if re.fullmatch(r"python3\.\d+", name)), "python3")


def _os_release() -> bytes:
    return Path("/etc/os-release").read_bytes()
