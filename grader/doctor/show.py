"""Findings for people: a list in a terminal. And for support: JSON without names and paths."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader import __version__
from grader.doctor.finding import Finding, Severity
from grader.doctor.known import first_problem
from grader.doctor.machine import Machine
from grader.doctor.redact import redactor, without_credentials
from grader.messages import Message, Translator, msg
from grader.report.terminal_text import TerminalText

if TYPE_CHECKING:
    from rich.console import Console

_SIGNS = {Severity.OK: "pass", Severity.WARNING: "error", Severity.PROBLEM: "fail"}
_STYLES = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.PROBLEM: "red"}


def conclusion(findings: Sequence[Finding]) -> Message:
    """The sentence at the end."""
    first = first_problem(findings)
    if first is None:
        return msg("This computer is ready for the lab.")
    return msg("Start with: {problem}. Then run `grade-lab doctor` again.", problem=first.title)


def show(findings: Sequence[Finding], console: Console, lang: str) -> None:
    """Print them, each problem with its numbered steps."""
    from rich.padding import Padding
    from rich.text import Text

    translate, texts = Translator(lang).text, TerminalText(console.encoding)

    def told(text: Message) -> str:
        return texts.safe(without_credentials(translate(text)))

    def line(mark: str, text: str, indent: int, style: str = "") -> None:
        from rich.table import Table

        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(mark, style), Text(text))
        console.print(Padding(grid, (0, 0, 0, indent)))

    for finding in findings:
        line(
            texts.signs[_SIGNS[finding.severity]], told(finding.title), 0, _STYLES[finding.severity]
        )
        if finding.detail and finding.severity is not Severity.OK:
            console.print(Padding(Text(told(finding.detail), "bright_black"), (0, 0, 0, 2)))
        for number, step in enumerate(finding.steps, 1):
            line(f"{number}.", told(step), 2)
    console.print()
    console.print(Text(told(conclusion(findings)), "bold"))


def as_json(machine: Machine, findings: Sequence[Finding], lang: str) -> str:
    """The findings and the facts behind them, for whoever helps."""
    translate, redact = Translator(lang).text, redactor()

    def told(text: Message) -> str:
        return redact(translate(text))

    engine = machine.engine
    document = {
        "schema": "grade-lab/doctor/1",
        "grade_lab": __version__,
        "ready": first_problem(findings) is None,
        "conclusion": told(conclusion(findings)),
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "title": told(finding.title),
                "detail": told(finding.detail) if finding.detail else "",
                "steps": [told(step) for step in finding.steps],
            }
            for finding in findings
        ],
        "machine": {
            "platform": machine.surroundings.platform,
            "wsl": machine.surroundings.wsl,
            "arch": machine.arch,
            "products": sorted(machine.surroundings.products),
            "client": {"version": machine.command.version, "api": machine.command.api},
            "engine": engine
            and {
                "product": engine.product,
                "version": engine.version,
                "api": engine.api,
                "os": engine.os,
                "arch": engine.arch,
                "rootless": engine.rootless,
            },
            "chosen_by": machine.chosen_by,
            "doors": [
                {
                    "host": redact(door.host),
                    "context": redact(door.context),
                    "there": door.there,
                    "mode": door.mode,
                    "answers": door.answers,
                    "reason": str(door.reason or ""),
                }
                for door in machine.doors
            ],
            "proxies": machine.proxies.names,
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
