"""Options that commands share, described in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from grader.language import LANG, described
from grader.messages import LANGUAGES, msg

F = TypeVar("F", bound=Callable[..., Any])


def _settings(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> dict[str, str]:
    settings = {}
    for item in value:
        name, equals, setting = item.partition("=")
        if not equals or not name:
            raise click.BadParameter(described(msg("write it as NAME=VALUE")), ctx, param)
        settings[name] = setting
    return settings


def names(_ctx: click.Context, _param: click.Parameter, value: str) -> list[str]:
    """Names with commas between them."""
    return [name for name in value.split(",") if name]


def settings_option(command: F) -> F:
    """``--set``."""
    return click.option(
        "--set",
        "settings",
        metavar="NAME=VALUE",
        multiple=True,
        callback=_settings,
        help=described(msg("A rubric variable, in place of lab.yaml's. Can be repeated.")),
    )(command)


def rubric_options(command: F) -> F:
    """The submission, and the rubric to grade it with."""
    for option in reversed(
        [
            click.argument("submission", type=click.Path(path_type=Path), default="."),
            click.option(
                "--rubric",
                metavar="NAME|FILE",
                help=described(msg("The rubric, in place of the one that lab.yaml names.")),
            ),
            settings_option,
        ]
    ):
        command = option(command)
    return command


def language_option(command: F) -> F:
    """``--lang``."""
    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default=LANG,
        show_default=True,
        help=described(msg("The language of report and messages.")),
    )(command)


quiet_option = click.option("--quiet", is_flag=True, help=described(msg("Print errors only.")))

color_option = click.option(
    "--no-color", is_flag=True, help=described(msg("Print without colours."))
)

overrides_option = click.option(
    "--overrides",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=described(msg("An instructor's points by hand (YAML or CSV).")),
)


def report_options(command: F) -> F:
    """How and where results are shown."""
    for option in reversed(
        [
            click.option(
                "--out",
                metavar="DIR",
                help=described(
                    msg("Where reports go (SUBMISSION/.grade-lab/report); - is stdout.")
                ),
            ),
            click.option(
                "--format",
                "formats",
                metavar="NAME,…",
                default="html,json",
                callback=names,
                show_default=True,
                help=described(msg("Report formats, with commas between them.")),
            ),
            overrides_option,
            click.option(
                "--open",
                "open_report",
                is_flag=True,
                help=described(msg("Open the HTML report in the browser.")),
            ),
            quiet_option,
            color_option,
        ]
    ):
        command = option(command)
    return language_option(command)
