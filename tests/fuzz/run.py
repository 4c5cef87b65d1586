"""Fuzz the readers of what others write, guided by coverage: ``make fuzz``.

    python -m tests.fuzz.run [TARGET …] [--seconds N]

Each target runs in a process of its own, for N seconds (default 120). An input that breaks one is
kept in .fuzz/TARGET/ and its path printed; put it into tests/fuzz/crashers/TARGET/ once it is
understood, where it stays a test. The corpus grows in .fuzz/TARGET/corpus/ from run to run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import warnings
from hashlib import sha256
from pathlib import Path

from tests.fuzz.contract import HERE, ROOT, inputs, names, target

WORK = ROOT / ".fuzz"
ONE_INPUT_SECONDS, MEMORY_MB = 20, 2048
INSTRUMENTED = ["grader", "checks", "e2b_dockerfile_utils", "ruamel", "tarfile", "zipfile"]
DICTIONARY = HERE / "words.dict"


def main() -> int:
    """The exit code: 1 when an input broke a target."""
    parser = argparse.ArgumentParser(description="Fuzz the readers of what others write.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(names())}")
    parser.add_argument("--seconds", type=int, default=120, help="for each target (default 120)")
    parser.add_argument("--in-this-process", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.targets) - set(names()):
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    if options.in_this_process:
        _fuzz(options.targets[0], options.seconds)
    seconds = ["--seconds", str(options.seconds), "--in-this-process"]
    command = [sys.executable, "-m", "tests.fuzz.run"]
    codes = [
        subprocess.call([*command, name, *seconds], cwd=ROOT) for name in options.targets or names()
    ]
    return int(any(codes))


def _fuzz(name: str, seconds: int) -> None:
    """Does not return."""
    import atheris

    corpus = WORK / name / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=INSTRUMENTED):
        one = target(name)
    for data in inputs(name):
        (corpus / sha256(data).hexdigest()[:16]).write_bytes(data)
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    warnings.simplefilter("error", append=True)  # it would print what an input holds
    print(f"\n{name}: {one.__doc__.splitlines()[0]}", flush=True)
    limits = [f"-timeout={ONE_INPUT_SECONDS}", f"-rss_limit_mb={MEMORY_MB}", "-max_len=8192"]
    how = [f"-max_total_time={seconds}", f"-artifact_prefix={WORK / name}/", f"-dict={DICTIONARY}"]
    options = [*limits, *how, "-verbosity=0", "-print_final_stats=1"]
    atheris.Setup([name, *options, str(corpus)], lambda data: one.check(data, folder))
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
