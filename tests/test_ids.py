"""Ids are found by how they begin, as the docker command finds them."""

from __future__ import annotations

from grader.ids import Ids

ONE, TWO = "0a1b" + "2" * 60, "0a1c" + "3" * 60


def test_one_is_found_by_its_beginning_and_nothing_by_another() -> None:
    ids = Ids([f"sha256:{TWO}", ONE])
    assert ids.beginning("0a1b") == ids.beginning(ONE) == ONE
    assert ids.beginning("0a1c333") == TWO
    assert ids.beginning("0a1") in {ONE, TWO}
    for none in ("0a1d", "ffff", "0a1b3", f"{TWO}3", "0000"):
        assert ids.beginning(none) is None


def test_an_empty_id_is_found_by_nothing() -> None:
    assert Ids([""]).beginning("0a1b") is None
    assert Ids([]).beginning("0a1b") is None


def test_what_a_command_was_given_begins_one_and_is_not_what_a_build_calls_it() -> None:
    ids = Ids([f"sha256:{TWO}", ONE])
    assert all(map(ids.begun_by, (ONE, ONE[:4], TWO[:12])))
    assert not any(map(ids.begun_by, ("", "0a1", "0a1d", f"sha256:{TWO}", "sha256:")))
