"""The command ``grade-lab rubric new``: options, questions and wiring."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import language_option
from grader.errors import GradeLabError
from grader.language import described
from grader.messages import Translator, msg

if TYPE_CHECKING:
    from grader.drafting.draft import Draft

FALLBACK = "my-lab"


@click.command("new", help=described(msg("Draft a rubric: by questions, or from what is there.")))
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--from-dockerfile",
    "dockerfile",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=described(msg("From a Dockerfile, and the .dockerignore beside it.")),
)
@click.option(
    "--from-journal",
    "recorded",
    type=click.Path(path_type=Path),
    metavar="SUBMISSION|FILE",
    help=described(msg("From a lab that you did yourself under `grade-lab watch --everything`.")),
)
@click.option("--title", default="", help=described(msg("The rubric's title.")))
@click.option("--force", is_flag=True, help=described(msg("Overwrite a file that is there.")))
@click.option(
    "--schema/--no-schema",
    default=True,
    help=described(msg("Also write rubric.schema.json, for completion in your editor.")),
)
@language_option
def rubric_new(  # noqa: PLR0917 # an option each
    file: Path | None,
    dockerfile: Path | None,
    recorded: Path | None,
    title: str,
    force: bool,
    schema: bool,
    lang: str,
) -> None:
    """Draft, write, and say what comes next."""
    if file is not None:
        _refuse_existing(file, force=force)
    if dockerfile and recorded:
        raise click.UsageError(described(msg("give --from-dockerfile or --from-journal, not both")))
    submission = Path()
    if dockerfile:
        draft = _from_dockerfile(dockerfile, file, title)
        submission = dockerfile.parent
    elif recorded:
        draft = _from_journal(recorded, file, title)
        submission = recorded if recorded.is_dir() else submission
    elif sys.stdin.isatty():
        draft = _by_questions(file, title, lang)
    else:
        raise GradeLabError(
            msg("there is no terminal to ask questions in"),
            msg("draft it from a Dockerfile: `grade-lab rubric new --from-dockerfile Dockerfile`"),
            msg("or from a recorded lab: `grade-lab rubric new --from-journal .`"),
        )
    path = file or Path(f"{draft.id}.yaml")
    _refuse_existing(path, force=force)
    _write(draft, path, lang, schema=schema, force=force)
    _say_what_is_next(draft, path, submission, lang, recorded=recorded is not None)


def _from_dockerfile(dockerfile: Path, file: Path | None, title: str) -> Draft:
    from grader.drafting.answers import slug
    from grader.drafting.dockerfile import from_dockerfile

    folder = dockerfile.resolve().parent.name
    id_ = _id(file, folder)
    image = f"{{hub_id}}/{slug(folder, 'app')}:{{tag}}"
    return from_dockerfile(dockerfile, id_, title or id_, image)


def _from_journal(recorded: Path, file: Path | None, title: str) -> Draft:
    from grader.drafting.journal import from_journal
    from grader.journal_file import JournalFile
    from grader.submission import JOURNAL, load

    path = recorded / JOURNAL if recorded.is_dir() else recorded
    if not path.is_file():
        raise GradeLabError(
            msg("there is no journal"),
            msg(
                "run `grade-lab watch --everything`, do the lab in another terminal, and try again"
            ),
            where=str(path),
        )
    whole = path.resolve().parts[-len(JOURNAL.parts) :] == JOURNAL.parts
    folder = path.resolve().parents[1] if whole else None
    learner = load(folder, needs_lab_file=False).learner if folder else None
    id_ = _id(file, folder.name if folder else "")
    differing = tuple(filter(None, (learner.name, learner.id))) if learner else ()
    return from_journal(JournalFile(path).read(), id_, title or id_, folder, differing)


def _by_questions(file: Path | None, title: str, lang: str) -> Draft:
    from grader.drafting.answers import from_answers
    from grader.drafting.asking import Asking

    return from_answers(Asking(lang).answers(title, _id(file, "") if file else ""))


def _id(file: Path | None, folder: str) -> str:
    """The rubric's id: the file's name, or else the folder's."""
    from grader.drafting.answers import slug

    return slug(file.name.partition(".")[0] if file else folder, FALLBACK)


def _refuse_existing(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        raise GradeLabError(
            msg("there is such a file already"),
            msg("give another name, or --force to overwrite it"),
            where=str(path),
        )


def _write(draft: Draft, path: Path, lang: str, *, schema: bool, force: bool) -> None:
    import json

    from grader.drafting.writing import SCHEMA_FILE, text
    from grader.rubric.schema import schema as schema_of
    from grader.whole import whole

    beside = path.with_name(SCHEMA_FILE)
    if schema and (force or not beside.exists()):
        with whole(beside) as unfinished:
            unfinished.write_text(
                json.dumps(schema_of(), indent=2, ensure_ascii=False) + "\n",
                encoding="utf-8",
                newline="\n",
            )
    with whole(path) as unfinished:
        written = text(draft, lang, with_schema=schema)
        unfinished.write_text(written, encoding="utf-8", newline="\n")


def _say_what_is_next(
    draft: Draft, path: Path, submission: Path, lang: str, *, recorded: bool
) -> None:
    from grader.report.plain import as_typed, plain

    told = Translator(lang).text
    count = len(draft.objectives)
    named = plain(str(path))
    click.echo(told(msg("{path}: {count} objectives, 100 points", path=named, count=count)))
    click.echo(told(msg("Now open it and adapt it. Then:")))
    file, folder = as_typed(path), as_typed(submission)
    click.echo(f"  grade-lab rubric check {file}")
    click.echo(f"  grade-lab rubric show {file}")
    if not recorded:  # a case needs a journal
        click.echo(f"  grade-lab watch --rubric {file} {folder}")
    click.echo(f"  grade-lab rubric test {file} --add {folder}")
