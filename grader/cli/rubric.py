"""The commands ``grade-lab rubric …``: options and wiring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.complaint import complain
from grader.cli.options import color_option, language_option, settings_option
from grader.cli.rubric_new import rubric_new
from grader.errors import ExitCode, GradeLabError
from grader.language import described
from grader.messages import Translator, msg

if TYPE_CHECKING:
    from rich.console import Console


@click.group("rubric")
def rubric_command() -> None:
    """Commands about rubrics."""


@rubric_command.command("list", help=described(msg("List the rubrics that come with grade-lab.")))
@language_option
def rubric_list(lang: str) -> None:
    """Names and titles of shipped rubrics."""
    from grader.rubric.find import shipped, title_of

    found = shipped()
    width = max(map(len, found))
    for name, path in found.items():
        click.echo(f"{name:{width}}  {Translator(lang).text(title_of(path))}")


@rubric_command.command(
    "check", help=described(msg("Check rubrics; show every mistake and its place."))
)
@click.argument("rubrics", metavar="NAME|FILE…", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help=described(msg("Let warnings fail, too.")))
@settings_option
@language_option
@color_option
def rubric_check(
    rubrics: tuple[str, ...], strict: bool, settings: dict[str, str], lang: str, no_color: bool
) -> ExitCode:
    """Load each rubric; a required variable may go without a value."""
    from grader.authoring import looked_over

    console = _console(no_color)
    looks = [looked_over.look_over(name, settings) for name in rubrics]
    for look in looks:
        for line in looked_over.lines(look, lang, console.encoding):
            console.print(line)
    return looked_over.exit_code(looks, strict=strict)


@rubric_command.command("show", help=described(msg("Show what a rubric asks for, in words.")))
@click.argument("rubric", metavar="NAME|FILE")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "markdown")),
    default="text",
    show_default=True,
    help=described(msg("For this terminal, or Markdown for a syllabus.")),
)
@settings_option
@language_option
@color_option
def rubric_show(
    rubric: str, form: str, settings: dict[str, str], lang: str, no_color: bool
) -> None:
    """Everything that a learner should know of it."""
    from grader.authoring import shown
    from grader.rubric.find import find
    from grader.rubric.load import load

    path = find(rubric, Path())
    blocks = shown.page(load(path, settings, lenient=True), path, settings, lang)
    if form == "markdown":
        click.echo(shown.markdown(blocks), nl=False)
        return
    console = _console(no_color, wrap=True)
    for renderable in shown.terminal(blocks, console.encoding):
        console.print(renderable)


@rubric_command.command(
    "test", help=described(msg("Judge a rubric's example submissions; compare with what is kept."))
)
@click.argument("rubric", metavar="NAME|FILE")
@click.option(
    "--update", is_flag=True, help=described(msg("Keep what is judged now as what is expected."))
)
@click.option(
    "--add",
    "submission",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=described(msg("Copy this submission as a new case, and keep what it is judged.")),
)
@click.option("--name", metavar="CASE", help=described(msg("What the new case is called.")))
@settings_option
@language_option
@color_option
def rubric_test(
    *,
    rubric: str,
    update: bool,
    submission: Path | None,
    name: str | None,
    settings: dict[str, str],
    lang: str,
    no_color: bool,
) -> ExitCode:
    """Run the cases beside the rubric."""
    from grader.authoring import keep, outcome_lines
    from grader.authoring.cases import cases, run_case
    from grader.report.plain import plain
    from grader.rubric.find import find
    from grader.rubric.load import load

    path = find(rubric, Path())
    keep.refuse_installed(path)
    loaded = load(path, settings, lenient=True)
    text = Translator(lang).text
    if submission is not None:
        case = keep.add(submission, path, loaded, name, settings)
        click.echo(text(msg("added the case {folder}", folder=plain(str(case)))))
    if update:
        for case in keep.update(path, loaded, settings):
            click.echo(text(msg("brought up to date: {folder}", folder=plain(str(case)))))
    outcomes = [run_case(case, path, loaded, settings, lang) for case in cases(path)]
    if not outcomes:
        raise keep.no_cases(path, rubric)
    console = _console(no_color)
    for line in outcome_lines.lines(outcomes, loaded, lang, console.encoding):
        console.print(line)
    return outcome_lines.exit_code(outcomes)


@rubric_command.command(
    "schema", help=described(msg("Print the JSON Schema of rubrics, results or journals."))
)
@click.argument("of", type=click.Choice(("rubric", "result", "journal")), default="rubric")
@language_option
def rubric_schema(of: str, lang: str) -> None:
    """The schema of a rubric covers every installed check type; a journal's is that of a line."""
    import json

    from grader.schemas import schema

    def left_out(broken: GradeLabError) -> None:
        complain(broken.lines(Translator(lang).text))

    click.echo(json.dumps(schema(of, left_out), indent=2, ensure_ascii=False))


def _console(no_color: bool, *, wrap: bool = False) -> Console:
    from grader.report.console import Output

    return Output(no_color=no_color, soft_wrap=not wrap)


rubric_command.add_command(rubric_new)
