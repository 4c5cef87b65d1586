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
    from rich.text import Text

    translate, texts = Translator(lang).text, TerminalText(console.encoding)

    def line(text: Message, style: str = "", *, start: str = "", start_style: str = "") -> None:
        told = texts.safe(without_credentials(translate(text)))
        # The terminal breaks the lines, not we: so a command can be copied whole.
        console.print(Text.assemble((start, start_style), (told, style)), soft_wrap=True)

    for finding in findings:
        severity = finding.severity
        sign = f"{texts.signs[_SIGNS[severity]]} "
        line(finding.title, start=sign, start_style=_STYLES[severity])
        if finding.detail and severity is not Severity.OK:
            line(finding.detail, "bright_black", start="  ")
        for number, step in enumerate(finding.steps, 1):
            line(step, start=f"  {number}. ")
    console.print()
    line(conclusion(findings), "bold")


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
