"""Files of an image against those of a submission, by path and by content."""

from __future__ import annotations

import pytest

from grader.checking.trees import below, compare, named_alike

FILES = {"app.py": "a", "src/b.py": "b", "src/deep/c.py": "c", "srcs.py": "d"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".", FILES),
        ("", FILES),
        ("src", {"b.py": "b", "deep/c.py": "c"}),
        ("src/deep", {"c.py": "c"}),
        ("src/b.py", {"b.py": "b"}),
        ("sr", {}),
    ],
)
def test_a_part_of_a_tree_is_told_by_the_rest_of_its_paths(
    path: str, found: dict[str, str]
) -> None:
    assert below(FILES, path) == found


@pytest.mark.parametrize(
    ("files", "other", "named"),
    [
        ({"main.py": "a"}, {"app.py": "b"}, {"app.py": "a"}),
        ({"main.py": "a", "x": "b"}, {"app.py": "b"}, {"main.py": "a", "x": "b"}),
        ({"main.py": "a"}, {"app.py": "b", "x": "b"}, {"main.py": "a"}),
        ({"lib.py": "a"}, {"app.py": "b"}, {"lib.py": "a"}),
    ],
    ids=["two files", "a folder in the image", "a folder here", "another file"],
)
def test_a_file_that_is_copied_to_another_name_is_compared_under_one(
    files: dict[str, str], other: dict[str, str], named: dict[str, str]
) -> None:
    assert named_alike(files, "/srv/main.py", other, "src/app.py") == named


def test_only_what_both_trees_have_is_compared() -> None:
    same = compare(FILES, {"app.py": "a", "src/b.py": "b", "README.md": "x"})
    assert (same.same, same.common, same.different) == (True, 2, ())
    changed = compare(FILES, {"src/b.py": "new", "app.py": "new", "srcs.py": "d"})
    assert (changed.same, changed.different) == (False, ("app.py", "src/b.py"))
    assert not compare(FILES, {"other.py": "a"}).same
