"""``html``: one page for a person to read, without network or script, for screen and paper."""

from __future__ import annotations

from functools import cache

from grader.report import page, reading
from grader.report.clock import clock_of
from grader.report.contract import ReportFormat
from grader.report.drawing import draw
from grader.result import Result


def render(result: Result) -> str:
    """The page, in the result's language."""
    from markupsafe import Markup

    style, policy = _style()
    return (
        page.environment(result.lang)
        .get_template("report.html.j2")
        .render(
            result=result,
            style=Markup(style),  # noqa: S704 # our own file
            policy=policy,
            outcome=reading.outcome(result),
            meaning=reading.meaning(result),
            next=reading.next_objective(result),
            in_review=reading.in_review(result),
            titles={o.id: (i, o.title) for i, o in enumerate(result.objectives, 1)},
            before=not all(step.exact for step in result.timeline),
            rows=draw(result.timeline, result.gaps, clock_of(result.lang)),
        )
    )


@cache
def _style() -> tuple[str, str]:
    """The style sheets, and a policy that allows them and nothing else."""
    css = page.own("style")
    policy = (
        f"default-src 'none'; style-src {page.allowed(css)}; base-uri 'none'; form-action 'none'"
    )
    return css, policy


REPORT = ReportFormat("report.html", render)
