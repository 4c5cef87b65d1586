"""Every text is there in every language, with the same values in it."""

from __future__ import annotations

import importlib.util
import string
from pathlib import Path

import pytest

from grader import language
from grader.messages import LANGUAGES, Translator, languages, msg

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
assert spec
assert spec.loader
messages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(messages)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("path", messages.catalogues(), ids=lambda path: path.parts[-3])
def test_a_catalogue_is_complete_and_names_the_same_values(path: Path) -> None:
    catalogue = messages.read(path)
    said = {entry.id for entry in messages.extracted() if entry.id}
    missing = sorted(text for text in said if not (catalogue.get(text) and catalogue[text].string))
    assert missing == []
    ours = [entry for entry in catalogue if entry.id and entry.id not in messages.CLICK]
    assert [e.id for e in ours if fields(str(e.id)) != fields(str(e.string))] == []


@pytest.mark.parametrize("path", messages.catalogues(), ids=lambda path: path.parts[-3])
def test_what_click_says_is_translated_with_values_that_it_gives(path: Path) -> None:
    catalogue = messages.read(path)
    for words in messages.CLICK:
        entry = catalogue.get(words)
        assert entry
        assert all(entry.string if isinstance(words, tuple) else [entry.string])
        assert fields(str(entry.string)) <= fields(str(words))


@pytest.mark.parametrize("path", messages.catalogues(), ids=lambda path: path.parts[-3])
def test_a_compiled_catalogue_is_up_to_date(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == messages.compiled(path)


def test_every_language_but_english_has_a_catalogue() -> None:
    assert {path.parts[-3] for path in messages.catalogues()} == set(LANGUAGES) - {"en"}
    assert "ko" in LANGUAGES


def test_a_language_is_added_by_its_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    catalogue = tmp_path / "ja" / "LC_MESSAGES" / "grade_lab.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid "nothing"\nmsgstr "なし"\n', encoding="utf-8")
    messages.compile_all()
    assert languages(tmp_path) == ("en", "ja")
    monkeypatch.setattr("grader.messages._LOCALE_DIR", tmp_path)
    assert Translator("ja").text(msg("nothing")) == "なし"


def test_a_rubric_text_falls_back_to_english_and_then_to_what_it_has() -> None:
    assert Translator("ko").text({"en": "yes", "ko": "네"}) == "네"
    assert Translator("ko").text({"en": "yes"}) == "yes"
    assert Translator("en").text({"ko": "네"}) == "네"


def test_a_value_is_never_read_as_a_template() -> None:
    assert Translator("en").text(msg("a {b} c", b="{0.__class__} {x}")) == "a {0.__class__} {x} c"


def test_messages_nest_and_lists_are_joined() -> None:
    inner = msg("{n} MB", n=3)
    assert Translator("en").text(msg("{a}; {b}", a=inner, b=["x", "y"])) == "3 MB; x, y"


def test_a_language_of_a_region_is_chosen_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(language, "LANGUAGES", ("en", "ko", "pt", "pt_BR", "zh_TW"))
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    for told, chosen in {
        "pt_BR.UTF-8": "pt_BR",
        "pt_PT": "pt",
        "zh_TW": "zh_TW",
        "C": "en",
    }.items():
        monkeypatch.setenv("LANG", told)
        assert language.preferred() == chosen


def test_a_language_is_begun_under_the_name_that_systems_give_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    messages._add("zh_TW")
    assert [path.parts[-3] for path in messages.catalogues()] == ["zh_TW"]
