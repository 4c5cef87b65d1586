"""The whole lab in one go: a learner does it with docker, and grade-lab grades it twice.

Run it with `make demo`. The first grading sees the running container. Then the learner cleans
up, as the lesson ends, and the second grading credits the same work from the journal.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.docker import DockerError
from lab.ports import free_port
from learner import Learner, copy_submission

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_submission"
REPORTS = ROOT / "demo-report"
USUAL_PORT = 8080
HEAD_LINES, TAIL_LINES, WIDTH = 4, 3, 110


class DemoError(Exception):
    """A step of the demo did not work; the text says which, and why."""


def main() -> int:
    """Do it, and say where the reports are. The exit code is 1 when a step did not work."""
    parser = argparse.ArgumentParser(description="Do the container lab and grade it.")
    parser.add_argument(
        "--record",
        action="store_true",
        help="keep this run's journal and quotes in sample_submission",
    )
    options = parser.parse_args()
    shutil.rmtree(REPORTS, ignore_errors=True)
    try:
        if os.environ.get("GRADE_LAB_LIVE") == "1":
            with tempfile.TemporaryDirectory(prefix="grade-lab-demo-") as folder:
                do_the_lab(copy_submission(SAMPLE, Path(folder) / "wisheasy"), options.record)
        else:
            judge_the_recording()
    except (DemoError, DockerError) as failed:
        print(f"\nThe demo stopped: {failed}", file=sys.stderr)
        return 1
    print("\nReports:")
    for report in sorted(REPORTS.glob("*/*")):
        print(f"  {report}")
    return 0


def do_the_lab(folder: Path, record: bool) -> None:
    """Every step of the lesson, a grading before the cleanup and one after it."""
    learner = Learner(
        folder,
        os.environ["GRADE_LAB_REGISTRY"],
        port=free_port(USUAL_PORT, "0.0.0.0"),  # noqa: S104 - where docker publishes
        tell=show,
    )
    if record and learner.port != USUAL_PORT:
        raise DemoError(f"A recording shows the lesson's port, {USUAL_PORT}, and it is taken here.")
    try:
        work(learner)
        heading("grade-lab, while the container runs")
        grade(learner, REPORTS / "before")
        heading("Cleanup")
        learner.stop()
        learner.rm()
        learner.image_rm()
        heading("grade-lab again: the machine is empty, the journal is not")
        grade(learner, REPORTS / "after")
    finally:
        learner.clean_up()
    if record:
        keep_recording(learner)


def work(learner: Learner) -> None:
    """The lesson's steps up to the cleanup."""
    heading("Is Docker there?")
    learner.engine_version()
    heading("Build and tag")
    learner.build()
    learner.tag()
    heading("Push, and pull it back")
    user, password = (os.environ[f"GRADE_LAB_REGISTRY_{part}"] for part in ("USER", "PASSWORD"))
    learner.login(user, password)
    learner.push()
    learner.remove_remote_tag()
    learner.pull()
    heading("Run")
    learner.write_env()
    learner.run()
    learner.wait_for_app()
    print(f"(the app answers on http://127.0.0.1:{learner.port})")
    heading("Look")
    learner.list_containers()
    learner.list_images()
    learner.logs()
    learner.exec()
    learner.write_quotes()


def grade(learner: Learner, out: Path) -> None:
    """Grade the submission as it stands now."""
    settings = ["--set", f"registry={learner.registry}"]
    if learner.port != USUAL_PORT:
        settings += ["--set", f"port={learner.port}"]
    grade_lab(str(learner.folder), *settings, "--out", str(out))


def judge_the_recording() -> None:
    """Without an engine: the journal that a real run left in the sample."""
    why = os.environ.get("GRADE_LAB_UNAVAILABLE", "this was not started by scripts/lab_env.py")
    print(f"There is no Docker engine for the demo: {why}")
    print("So nothing is built or run now. The sample holds the journal of a real run: judging it.")
    grade_lab("judge", str(SAMPLE), "--out", str(REPORTS / "recorded"))


def grade_lab(*arguments: str) -> None:
    """Run grade-lab as a user would; raises DemoError unless it says that the lab is passed."""
    print(f"$ {shlex.join(['grade-lab', *arguments])}", flush=True)
    program = Path(sys.executable).with_name("grade-lab")
    try:
        code = subprocess.run([program, *arguments], check=False).returncode
    except FileNotFoundError as missing:
        raise DemoError(f"{program} is not installed. Run `make demo`.") from missing
    if code != 0:
        raise DemoError(f"grade-lab ended with exit code {code} where 0, passed, was expected.")


def keep_recording(learner: Learner) -> None:
    """Make this run the sample's: its journal, what it quotes of it, and the registry in it."""
    journal = Path(".grade-lab") / "journal.jsonl"
    (SAMPLE / journal.parent).mkdir(exist_ok=True)
    for name in (journal, Path("answers.md")):
        shutil.copyfile(learner.folder / name, SAMPLE / name)
    lab = SAMPLE / "lab.yaml"
    variables = f'variables: {{hub_id: haneul, tag: "1.0", registry: "{learner.registry}"}}'
    text = re.sub(r"(?m)^variables:.*$", variables, lab.read_text(encoding="utf-8"))
    lab.write_text(text, encoding="utf-8")
    print(f"\nRecorded: {SAMPLE / journal}, its quotes in answers.md, its registry in lab.yaml.")


def heading(text: str) -> None:
    """Begin a part of the demo."""
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def show(command: str, output: str) -> None:
    """A command and what it printed; of a long output the beginning and the end."""
    print(f"$ {command}")
    lines = output.splitlines()
    left_out = len(lines) - HEAD_LINES - TAIL_LINES
    if left_out > 1:
        lines[HEAD_LINES:-TAIL_LINES] = [f"… {left_out} lines …"]
    for line in lines:
        print(f"    {line[:WIDTH]}".rstrip())
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
