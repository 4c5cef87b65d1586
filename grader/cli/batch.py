"""The command ``grade-lab batch``: options and wiring."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from grader.cli.options import (
    color_option,
    language_option,
    names,
    overrides_option,
    quiet_option,
    settings_option,
)
from grader.errors import ExitCode, GradeLabError
from grader.language import described
from grader.messages import Message, Translator, msg

if TYPE_CHECKING:
    from grader.batch.batch import Progress
    from grader.batch.model import Assignment

SECONDS = 60.0
"""What judging one submission may take, unless the instructor says otherwise."""
TOLD_EVERY = 500
"""Where no progress can be drawn, so many submissions are told in one line."""


class _DefaultToRun(click.Group):
    """``grade-lab batch DIR`` means ``grade-lab batch run DIR``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(
    "batch",
    cls=_DefaultToRun,
    epilog=described(msg("`grade-lab batch run --help` shows the options for judging.")),
)
def batch_command() -> None:
    """Commands about a class."""


def _path(name: str, text: Message, metavar: str = "FILE") -> Callable[..., Any]:
    kind = click.Path(path_type=Path)
    return click.option(name, type=kind, metavar=metavar, help=described(text))


_rubric_option = click.option(
    "--rubric", metavar="NAME|FILE", required=True, help=described(msg("The rubric to judge by."))
)


@batch_command.command(
    "run",
    help=described(
        msg(
            "Judge all submissions in SOURCE: a folder of folders or archives, an archive that "
            "holds them all, or a roster (CSV) that names them."
        )
    ),
    short_help=described(msg("Judge all submissions in SOURCE.")),
)
@click.argument("source", type=click.Path(path_type=Path))
@_rubric_option
@settings_option
@_path("--roster", msg("Who is enrolled: a CSV file with a column of ids."))
@_path("--out", msg("Where results go (SOURCE-results, beside it)."), "DIR")
@overrides_option
@_path("--gradebook", msg("A gradebook that your LMS exported, to be filled in."))
@click.option(
    "--column",
    metavar="NAME",
    default="",
    help=described(msg("The assignment's name in it, if it is not the rubric's title.")),
)
@_path("--compare", msg("A results.jsonl to compare with, instead of the last run's."))
@click.option(
    "--outputs",
    metavar="NAME,…",
    default="html,csv,xlsx,jsonl,flags",
    show_default=True,
    callback=names,
    help=described(msg("What is made of the class.")),
)
@click.option(
    "--format",
    "formats",
    metavar="NAME,…",
    default="html,json",
    show_default=True,
    callback=names,
    help=described(msg("Each learner's report formats, with commas between them.")),
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 512),
    metavar="N",
    help=described(msg("How many to judge at a time (one for each processor).")),
)
@click.option(
    "--cluster",
    metavar="tcp://…",
    default="",
    help=described(msg("The scheduler of a Dask cluster that judges instead.")),
)
@click.option(
    "--seconds",
    type=click.FloatRange(1, 3600),
    metavar="N",
    default=SECONDS,
    show_default=True,
    help=described(msg("What judging one submission may take.")),
)
@click.option(
    "--verify",
    is_flag=True,
    help=described(msg("Also ask registries directly, and run each image in a sandbox.")),
)
@language_option
@quiet_option
@color_option
def batch_run(  # noqa: PLR0917 # an option each
    source: Path,
    outputs: list[str],
    gradebook: Path | None,
    column: str,
    compare: Path | None,
    jobs: int | None,
    cluster: str,
    seconds: float,
    verify: bool,
    quiet: bool,
    no_color: bool,
    **options: Any,
) -> ExitCode:
    """Judge what is new or changed, then write grades and the class report."""
    from grader.batch.batch import STORE, alone, batch
    from grader.batch.finish import Finish
    from grader.batch.given import Given
    from grader.batch.store import Store
    from grader.batch.work import usual_jobs
    from grader.report.plain import one_line, plain

    assignment = _assignment(source, **options)
    given = Given.read(assignment)
    text = Translator(assignment.lang).text

    def warn(message: Message) -> None:
        sys.stderr.write(f"grade-lab: {one_line(text(message))}\n")  # above the bar, if any

    finish = Finish.of(
        outputs, assignment, given, gradebook=gradebook, column=column, before=compare
    )
    with alone(assignment.out) as scratch, Store(assignment.out / STORE) as store:
        with _progress(assignment.lang, quiet=quiet, no_color=no_color) as tell:
            told = batch(
                source.resolve(),
                assignment,
                given,
                store,
                scratch,
                jobs=jobs or usual_jobs(),
                cluster=cluster,
                seconds=seconds,
                verify=verify,
                tell=tell,
                warn=warn,
            )
        paths, notices = finish.write(store, scratch)
    for notice in notices:
        warn(notice)
    if not quiet:
        lines = [text(_summary(told)), *(f"  {plain(str(path))}" for path in paths.values())]
        click.echo("\n".join(lines))
    return ExitCode.INCOMPLETE if told.errors else ExitCode.PASSED


@batch_command.command(
    "review", help=described(msg("List what needs a person, in the results of a class."))
)
@click.argument("out", type=click.Path(path_type=Path))
@_rubric_option
@settings_option
@_path("--template", msg("Write an overrides file to fill in (YAML or CSV)."))
@language_option
@click.pass_context
def batch_review(  # noqa: PLR0917 # an option each
    ctx: click.Context,
    out: Path,
    rubric: str,
    settings: dict[str, str],
    template: Path | None,
    lang: str,
) -> None:
    """List, or write as a file to fill in: in the class's language, unless one is asked for."""
    from grader.batch.batch import STORE
    from grader.batch.review import review, write_template
    from grader.batch.store import Store
    from grader.report.plain import one_line
    from grader.rubric.find import find
    from grader.rubric.load import load

    loaded = load(find(rubric, Path.cwd()), settings, lenient=True)
    with Store(out / STORE, reading=True) as store:
        of_class = next((row.lang for row in store.rows()), "") or lang
        if ctx.get_parameter_source("lang") is not ParameterSource.COMMANDLINE:
            lang = of_class
        text = Translator(lang).text
        if template is not None:
            write_template(review(store.rows(), loaded, lang), template, lang)
        count = 0
        for item in review(store.rows(), loaded, lang):
            count += 1
            click.echo(one_line(text(item.told)))
    click.echo(text(msg("to be looked at by a person: {count}", count=count)))
    if lang != of_class:
        told = msg(
            "the reasons are in the language that the class was judged in ({lang})", lang=of_class
        )
        click.echo(f"grade-lab: {text(told)}", err=True)


def _assignment(  # noqa: PLR0917 # an option each
    source: Path,
    rubric: str,
    settings: dict[str, str],
    roster: Path | None,
    out: Path | None,
    overrides: Path | None,
    formats: list[str],
    lang: str,
) -> Assignment:
    from grader.batch.discover import Kind, kind_of
    from grader.batch.model import Assignment
    from grader.rubric.find import find

    place = source.resolve()
    results = (out or place.with_name(f"{place.name}-results")).resolve()
    if results == place:
        raise GradeLabError(
            msg("the results cannot go into the folder of the submissions itself"),
            msg("choose another folder with --out, such as {folder}", folder=place / "results"),
            where=str(place),
        )
    kind = kind_of(place)  # a mistyped name is told before anything is made
    if roster is None and kind is Kind.ROSTER:
        roster = place
    return Assignment(
        rubric=find(rubric, Path.cwd()).resolve(),
        out=results,
        roster=roster.resolve() if roster else None,
        overrides=overrides.resolve() if overrides else None,
        settings=tuple(sorted(settings.items())),
        formats=tuple(formats),
        lang=lang,
    )


def _summary(told: Progress) -> Message:
    return msg(
        "{count} submissions: {judged} judged, {unchanged} as they were, {errors} in error",
        count=told.total,
        judged=told.done - told.unchanged - told.errors,
        unchanged=told.unchanged,
        errors=told.errors,
    )


@contextmanager
def _progress(lang: str, *, quiet: bool, no_color: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar with rate and remaining time on a terminal; elsewhere a line now and then."""
    if quiet:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        text = Translator(lang).text

        def tell(told: Progress) -> None:
            if told.done and (told.done % TOLD_EVERY == 0 or told.done == told.total):
                count = msg("{done} of {total}", done=told.done, total=told.total)
                click.echo(text(count), err=True)

        yield tell
        return
    from grader.report.progress import class_progress

    with class_progress(lang, no_color=no_color) as bar:
        yield lambda told: bar(told.done, told.total, told.errors)
