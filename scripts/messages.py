"""Catalogues of messages: extract what the code says, update each language, compile.

``python scripts/messages.py`` updates ``grader/locale``; translate the empty entries of the ``.po``
files, then run it again. ``python scripts/messages.py add LANGUAGE`` begins a language: its one
file, in which every entry is empty. What is compiled is not kept in git: installing makes it.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "grader" / "locale"
DOMAIN = "grade_lab"

CLICK: list[str | tuple[str, str]] = [
    "Commands",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    "Error: {message}",
    (
        "Got unexpected extra argument ({args})",
        "Got unexpected extra arguments ({args})",
    ),
    "Invalid value for {param_hint}: {message}",
    "Invalid value: {message}",
    "Missing argument",
    "Missing command.",
    "Missing option",
    "No such command {name!r}.",
    "No such option {name!r}.",
    "No such option: {name}",
    "Option {name!r} does not take a value.",
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    "Options",
    "Show this message and exit.",
    "Try '{command} {option}' for help.",
    "Usage:",
    "default: {default}",
    "required",
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
]
"""What click (8.1 and later) says to those who ask for help or mistype; `grader.messages.lend`."""


def extracted() -> Catalog:
    """The template: every ``msg("…")`` of the source, and what each check type asserts."""
    from grader import plugins
    from grader.authoring.in_words import asserted

    catalogue = Catalog(domain=DOMAIN, project="grade-lab", fuzzy=False)
    for folder in ("grader", "checks"):
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords={"msg": None})
        for file, _, message, comments, context in found:
            catalogue.add(
                message,
                locations=[(f"{folder}/{file}", 0)],
                auto_comments=comments,
                context=context,
            )
    for words in CLICK:
        catalogue.add(words, locations=[("click", 0)])
    for name in plugins.check_types():
        check = plugins.check_type(name)
        if check.__module__.startswith("checks."):
            path = check.__module__.replace(".", "/")
            catalogue.add(asserted(check).template, locations=[(f"{path}.py", 0)])
    return catalogue


def catalogues() -> list[Path]:
    """The ``.po`` file of each language."""
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(path: Path) -> Catalog:
    """One language's catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain=DOMAIN)


def compiled(path: Path) -> bytes:
    """The ``.mo`` of a ``.po``."""
    buffer = io.BytesIO()
    write_mo(buffer, read(path))
    return buffer.getvalue()


def compile_all() -> None:
    """Write the ``.mo`` of every catalogue beside it."""
    for path in catalogues():
        path.with_suffix(".mo").write_bytes(compiled(path))


def main() -> None:
    """Update and compile every catalogue; say what is left to translate."""
    template = extracted()
    if len(sys.argv) == 3 and sys.argv[1] == "add":
        _add(sys.argv[2])
    for path in catalogues():
        catalogue = read(path)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=100, include_lineno=False, sort_output=True)
        left = [entry.id for entry in catalogue if entry.id and not entry.string]
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {len(left)} to translate")
    compile_all()


def _add(name: str) -> None:
    language = Locale.parse(name)
    path = LOCALE / name / "LC_MESSAGES" / f"{DOMAIN}.po"  # zh_TW, as systems call it
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, Catalog(locale=language, domain=DOMAIN, project="grade-lab", fuzzy=False))


if __name__ == "__main__":
    main()
