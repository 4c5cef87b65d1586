"""The pytest plugin of grade-lab: options, hooks and fixtures; the work is in grader.under_pytest.

pytest loads this file in every run on a machine that has grade-lab, so it stands beside our
packages, not in one: `grader` would be imported from a folder of that name where there is one, and
would stand in its way. Nothing of ours is imported until a rubric or a fixture is asked for.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Generator
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.evidence import Evidence
    from grader.under_pytest.desk import Desk, Lab
    from grader.under_pytest.items import RubricFile

HOME = Path(__file__).resolve().parent
PACKAGES = ("grader", "checks", "rubrics")
PATH_AT_START = tuple(sys.path)
SUFFIX = ".rubric.yaml"
DESK: pytest.StashKey[Desk] = pytest.StashKey()

Complaint = Callable[[str], BaseException]
"""The error that pytest tells in the words given and nothing else; another one at each stage."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare options, in English as all of pytest's are."""
    group = parser.getgroup("grade-lab", "grade-lab: was a Docker lab really done?")
    group.addoption(
        "--rubric",
        metavar="NAME|FILE",
        help="Judge a submission by this rubric: a test for each check. Without a file or folder "
        "named beside it, nothing else is collected and no conftest.py is run.",
    )
    group.addoption(
        "--submission",
        metavar="DIR",
        help="The submission to judge (default: the working folder). No test and no conftest.py "
        "in it is collected, unless a file or folder in it is named.",
    )
    group.addoption(
        "--set",
        dest="grade_lab_settings",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="A rubric variable, in place of lab.yaml's. Can be repeated.",
    )
    group.addoption(
        "--grade-lab-collect",
        action="store_true",
        help="Look at the Docker Engine and the files first, as `grade-lab` does, and append to "
        "the journal. Without it, only the journal is judged.",
    )
    group.addoption(
        "--grade-lab-lang",
        choices=("ko", "en"),
        help="The language of titles and messages (default: that of the environment).",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Keep what a learner wrote from deciding how it is judged."""
    known = early_config.known_args_namespace
    if known.rubric or known.submission:
        folder = _submission(early_config, known)
        starts = [_path_of(early_config, arg) for arg in known.file_or_dir]
        if not starts and not known.rubric:
            starts = [early_config.invocation_params.dir]
        if not any(_is_in(start, folder) for start in starts):
            _refuse_settings(early_config, folder)
            _refuse_conftest(folder, starts, known)
        known.noconftest = known.noconftest or not starts
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Claim our packages' names before a test can, and collect nothing that nobody named."""
    if config.option.rubric or config.option.submission:
        _own_packages()
    if config.option.rubric and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = []


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Look at the engine once: before xdist starts its workers, and not in them."""
    config = session.config
    option = config.option
    if option.grade_lab_collect and not option.collectonly and not _is_worker(config):
        files = [str(_path_of(config, arg)) for arg in config.args]
        named = [option.rubric, *(file for file in files if file.endswith(SUFFIX))]
        for rubric in dict.fromkeys(filter(None, named)) or [None]:
            _desk(config).observe(rubric)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore the tests of a submission that is judged by others."""
    if config.option.submission is None:
        return None
    folder = _submission(config, config.option)
    return (_is_in(collection_path, folder) and not _asked_for(config, folder)) or None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a rubric."""
    if not file_path.name.endswith(SUFFIX):
        return None
    return _rubric_file(parent, file_path, None)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Add the rubric that ``--rubric`` names to what the session collects."""
    report = yield
    name = collector.config.option.rubric
    if isinstance(collector, pytest.Session) and name and report.outcome == "passed":
        path = _desk(collector.config).find(name)
        if not collector.isinitpath(path):
            shown = name if path.is_relative_to(HOME) else os.path.relpath(path)
            node = _rubric_file(collector, path, Path(shown).as_posix())
            report.result = [*(report.result or ()), node]
    return report


@pytest.fixture(scope="session")
def lab(pytestconfig: pytest.Config) -> Lab:
    """The submission, judged: folder, learner, rubric and its variables, evidence, result."""
    return _desk(pytestconfig, _failure).lab_or_fail()


@pytest.fixture(scope="session")
def evidence(pytestconfig: pytest.Config) -> Evidence:
    """What the submission's journal is evidence of; needs no rubric."""
    return _desk(pytestconfig, _failure).evidence_or_fail()


@pytest.fixture(scope="session")
def evidence_of(pytestconfig: pytest.Config) -> Callable[..., Evidence]:
    """Make up evidence, for the test of a check: `evidence_of((need, fact), …)`."""
    _desk(pytestconfig, _failure)
    from grader.under_pytest.made_up import evidence_of

    return evidence_of


def _rubric_file(parent: pytest.Collector, path: Path, nodeid: str | None) -> RubricFile:
    desk = _desk(parent.config, pytest.Collector.CollectError)
    from grader.under_pytest.items import RubricFile

    return RubricFile.of(parent, path, desk, nodeid)


def _failure(text: str) -> BaseException:
    return pytest.fail.Exception(text, pytrace=False)


def _desk(config: pytest.Config, complaint: Complaint = pytest.UsageError) -> Desk:
    if DESK not in config.stash:
        _own_packages(complaint)
        from grader.under_pytest.desk import Desk

        option = config.option
        config.stash[DESK] = Desk(
            folder=_submission(config, config.option),
            rubric=option.rubric,
            settings=option.grade_lab_settings,
            lang=option.grade_lab_lang,
            base=config.invocation_params.dir,
            path_at_start=PATH_AT_START,
        )
    return config.stash[DESK]


def _own_packages(complaint: Complaint = pytest.UsageError) -> None:
    """Import our packages from where this file is, whatever folders stand first on the path.

    Raises the complaint where another package of such a name was imported before.
    """
    for name in PACKAGES:
        if name in sys.modules:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).resolve() == HOME / name / "__init__.py":
                continue
            raise complaint(
                f"grade-lab: another '{name}' was imported in place of grade-lab's: {file}. "
                "Run pytest in a folder that has none of that name, and give --submission=DIR."
            )
        spec = PathFinder.find_spec(name, [str(HOME)])
        if spec is None or spec.loader is None:
            raise complaint(f"grade-lab: {HOME / name} is missing; install grade-lab again")
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])


def _refuse_settings(config: pytest.Config, folder: Path) -> None:
    """pytest takes a word after an option that it does not know yet for a path to start from."""
    chosen = config.known_args_namespace.inifilename
    if config.inipath and not chosen and _is_in(config.inipath, folder):
        raise pytest.UsageError(
            f"grade-lab: pytest took its settings from the submission: {config.inipath}. Start "
            "pytest in another folder, and write --submission=DIR, with the equals sign."
        )


def _refuse_conftest(folder: Path, starts: list[Path], known: argparse.Namespace) -> None:
    """pytest runs the conftest.py of a folder named test… below where it starts, unasked."""
    unasked = folder.parent in starts and folder.name.startswith("test")
    if unasked and not known.noconftest and (folder / "conftest.py").exists():
        raise pytest.UsageError(
            f"grade-lab: pytest would run {folder / 'conftest.py'}, since the folder's name "
            "begins with `test`. Give the folder another name, or add --noconftest."
        )


def _submission(config: pytest.Config, options: argparse.Namespace) -> Path:
    base = config.invocation_params.dir
    return Path(os.path.normpath(base / (options.submission or ".")))


def _asked_for(config: pytest.Config, folder: Path) -> bool:
    """Whether pytest was started in the submission, or a path in it was named."""
    return any(_is_in(_path_of(config, arg), folder) for arg in config.args)


def _path_of(config: pytest.Config, arg: str) -> Path:
    return Path(os.path.normpath(config.invocation_params.dir / arg.split("::", maxsplit=1)[0]))


def _is_in(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder) or path.resolve().is_relative_to(folder.resolve())


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
