"""The words of the HTML report that no other report needs."""

from __future__ import annotations

from collections.abc import Mapping

from grader.messages import Message, msg

PAGE: Mapping[str, Message] = {
    "about": msg("About this report"),
    "about-strength": msg(
        "Every verdict names the evidence it rests on. The kinds, from weak to strong:"
    ),
    "about-status": msg("What the words and signs mean"),
    "all-text": msg("Show the whole text"),
    "before": msg("or before"),
    "before-legend": msg("≤ means: at this time or before; it was not seen while it happened."),
    "cut": msg("The rest, {count} characters, is left out here; it is in result.json."),
    "description": msg("What was done in the lab, and how we know."),
    "entries": msg("{count} entries, from {first} to {last}"),
    "exit-code": msg("exit code {code}"),
    "failed": msg("failed"),
    "footer": msg("Made by grade-lab {version}. This page needs no network and holds no script."),
    "gap-evicted": msg(
        "Docker remembers only its last 256 events. Older ones were gone here before anyone "
        "looked, so steps may be missing."
    ),
    "gap-restarted": msg(
        "Docker was restarted, or another engine answered: it did not know what had happened in "
        "this time, so steps may be missing."
    ),
    "head": msg("last hash"),
    "journal-empty": msg("There is no record yet."),
    "journal-intact": msg(
        "The record holds together: every line fits the one before it, from first to last."
    ),
    "journal-limits": msg(
        "Each line holds the hash of the line before, so a change to a single line shows. "
        "Whoever owns the machine could still write a whole new record: it is tamper-evident, "
        "not tamper-proof. Evidence from the registry and reproduced runs do not depend on it."
    ),
    "jump": msg("Jump to the objectives"),
    "last-words": msg("The last lines of its log:"),
    "overview": msg("Overview"),
    "score": msg("Score"),
    "select": msg("One click on the command selects it whole."),
    "settings": msg("What was graded, and when"),
    "step": msg("Step"),
    "steps": msg("What happened, step by step"),
    "steps-intro": msg("From top to bottom, the steps that were recorded. Times are in {zone}."),
    "steps-none": msg("No steps have been recorded yet."),
    "steps-table": msg("The same as a table"),
    "time": msg("Time"),
    "title": msg("{title}: report"),
    "type-this": msg("Type this command:"),
    "what": msg("About"),
}
