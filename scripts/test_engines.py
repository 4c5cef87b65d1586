"""Run the live learners' tests on each engine, and print which verdicts differ from the first's.

    python scripts/test_engines.py [ENGINE …] [-k STORY] [--tests FILE] [--markdown FILE]

Exit code 0: every story that could be told has the same verdicts everywhere. Each engine runs in
network and mount namespaces of its own: nothing of it stays. As root, on Debian or Ubuntu.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine_matrix import Run, as_markdown, as_text, differences, read_run
from lab import temporary
from lab.docker import DockerError
from lab.engines import ENGINES, Builder, EngineKind, given, open_engine
from lab.errors import LabUnavailableError, say

ROOT = Path(__file__).parents[1]
STORIES = ("tests/live/test_learners.py", "tests/live/test_more_labs.py")
LOOPBACK = 'ip link set lo up && exec "$@"'
UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h


def main() -> int:
    """Run what is asked for; 1 when a verdict differs or an engine could not be set up."""
    parser = _parser()
    options = parser.parse_args()
    kinds = ENGINES
    if options.dockerd:
        try:
            kinds += given(options.dockerd)
        except LabUnavailableError as reason:
            parser.error(str(reason))
    if unknown := set(options.engines) - {kind.name for kind in kinds}:
        parser.error(f"there is no engine {', '.join(sorted(unknown))}; see --help")
    chosen = [kind for kind in kinds if not options.engines or kind.name in options.engines]
    if options.inside:
        return _inside(chosen[0], options)
    pairs = [(kind, builder) for kind in chosen for builder in kind.builders]
    with ThreadPoolExecutor(options.jobs) as pool:
        runs = list(pool.map(lambda pair: _outside(pair[0], pair[1], options), pairs))
    print(as_text(runs))
    if options.markdown:
        options.markdown.write_text(as_markdown(runs), encoding="utf-8")
    return int(any(run.trouble or differences(run, runs) for run in runs))


def _outside(kind: EngineKind, builder: Builder, options: argparse.Namespace) -> Run:
    """Run the stories in a process of its own, in which the network is another."""
    try:
        version = kind.version
    except LabUnavailableError as reason:
        return Run(kind.title, "", builder, trouble=str(reason))
    folder = temporary.make("engines")
    try:
        code = subprocess.call(
            [
                *("setpriv", "--pdeathsig", "TERM"),  # however we end, so does it
                *("unshare", "--net", "--", "sh", "-c", LOOPBACK, "loopback"),
                *(sys.executable, __file__, kind.name, "--inside", folder, "--builder", builder),
                *("-k", options.story, "--tests", *options.tests),
                *(("--dockerd", options.dockerd) if options.dockerd else ()),
            ],
            cwd=ROOT,
        )
        run = read_run(kind.title, version, builder, folder, code)
    finally:
        shutil.rmtree(folder)
    say(f"{run.name}: {len(run.verdicts)} stories, {len(run.failed)} failed. {run.trouble}")
    return run


def _inside(kind: EngineKind, options: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # not without tidying
    folder: Path = options.inside
    try:
        with open_engine(kind, options.builder) as lab:
            tests = [sys.executable, "-m", "pytest", *options.tests, "-q", "-m", "live", "-n", "0"]
            tests += ["-k", _chosen(kind, options.story), "-p", "no:cacheprovider"]
            # Where the engine in its root folder sees it too, for what containers mount of it.
            tests += [f"--basetemp={lab.data / 'stories'}", f"--junitxml={folder / 'junit.xml'}"]
            verdicts = {"GRADE_LAB_VERDICTS": str(folder / "verdicts.jsonl")}
            environment = {**os.environ, **lab.environment, **verdicts}
            return subprocess.call(tests, cwd=ROOT, env=environment)
    except (LabUnavailableError, DockerError) as reason:
        (folder / "trouble").write_text(str(reason), encoding="utf-8")
        return UNAVAILABLE


def _chosen(kind: EngineKind, story: str) -> str:
    chosen = [f"({story})"] if story else []
    return " and ".join([*chosen, *(f"not {word}" for word in kind.without)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="The live learners on every engine.")
    names = [kind.name for kind in ENGINES]
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help=f"of {', '.join(names)}")
    parser.add_argument("-k", dest="story", default="", help="only these stories, as pytest's -k")
    parser.add_argument("--tests", nargs="+", default=STORIES, help="other live tests than those")
    newer = "also this newer Docker's dockerd, alone in its folder: docker-given, docker-given-c"
    parser.add_argument(
        "--dockerd", type=lambda path: Path(path).resolve(), metavar="FILE", help=newer
    )
    parser.add_argument("--jobs", type=int, default=2, help="how many engines at once (2)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the matrix to it, too")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--builder", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
