"""An image against another one's size, and whether it has a health check."""

from __future__ import annotations

from fractions import Fraction

from grader.check import Status, Verdict
from grader.facts import Reason
from grader.journal import Entry
from grader.needs import ImageNeed
from grader.plugins import check_type
from tests.factories import an_image, judged, saw

REF, BEFORE = "wisheasy:1.0", "wisheasy:before"
OTHER = ImageNeed(image=BEFORE)
SMALL = saw(ImageNeed(image=REF), an_image(REF, size=60_000_000))


def compared(*entries: Entry) -> Verdict:
    return judged("image", {"image": REF, "smaller_than": BEFORE}, *entries)


def test_an_image_is_compared_with_what_the_other_was_last() -> None:
    big = saw(OTHER, an_image(BEFORE, size=90_000_000), run="a")
    tiny = saw(OTHER, an_image(BEFORE, size=50_000_000), run="b")
    assert compared(SMALL, big).status is Status.PASS
    verdict = compared(SMALL, big, tiny)
    assert verdict.status is Status.PARTIAL
    assert str(verdict.message) == "image wisheasy:1.0 is not smaller than wisheasy:before"
    assert (str(verdict.expected), str(verdict.actual)) == (
        "smaller than wisheasy:before (50.0 MB)",
        "60.0 MB",
    )
    assert "`COPY --from=…`" in str(verdict.hint)


def test_the_same_image_under_two_names_is_not_smaller() -> None:
    assert compared(SMALL, saw(OTHER, SMALL_TWIN)).status is Status.PARTIAL


SMALL_TWIN = an_image(BEFORE, size=60_000_000)


def test_the_other_image_still_counts_when_it_is_gone() -> None:
    big = saw(OTHER, an_image(BEFORE, size=90_000_000), run="a")
    assert compared(SMALL, big, saw(OTHER, Reason.NOT_THERE, run="b")).status is Status.PASS


def test_without_the_other_image_nothing_is_lost_and_the_command_is_told() -> None:
    verdict = compared(SMALL, saw(OTHER, Reason.NOT_THERE))
    assert verdict.status is Status.UNPROVEN
    assert "`docker build -t wisheasy:before .`" in str(verdict.hint)
    assert compared(SMALL, saw(OTHER, Reason.ENGINE_ERROR)).status is Status.ERROR
    check = check_type("image").model_validate(
        {"type": "image", "image": REF, "smaller_than": BEFORE}
    )
    assert OTHER in check.needs()


def test_a_health_check_is_there_or_not_or_was_not_recorded() -> None:
    def having(healthcheck: bool | None) -> Verdict:
        image = an_image(REF, healthcheck=healthcheck)
        return judged(
            "image", {"image": REF, "healthcheck": True}, saw(ImageNeed(image=REF), image)
        )

    assert having(True).status is Status.PASS
    lacking = having(False)
    assert lacking.status is Status.PARTIAL
    assert str(lacking.message) == "image wisheasy:1.0 has no health check"
    assert "add a `HEALTHCHECK` instruction" in str(lacking.hint)
    assert having(None).status is Status.UNPROVEN


def test_an_image_that_is_too_large_is_told_in_megabytes() -> None:
    image = saw(ImageNeed(image=REF), an_image(REF, size=1_234_560_000))
    verdict = judged("image", {"image": REF, "max_size": "1234MB"}, image)
    assert verdict.status is Status.PARTIAL
    told = (str(verdict.expected), str(verdict.actual))
    assert told == ("at most 1,234.0 MB", "1,234.6 MB")
    assert judged("image", {"image": REF, "max_size": "1235MB"}, image).status is Status.PASS


def test_an_image_to_compare_with_that_is_missing_does_not_hide_what_is_wrong() -> None:
    fields = {"image": REF, "smaller_than": BEFORE, "healthcheck": True}
    image = saw(ImageNeed(image=REF), an_image(REF, size=60_000_000, healthcheck=False))
    verdict = judged("image", fields, image)
    assert (verdict.status, verdict.ratio) == (Status.PARTIAL, Fraction(1, 2))
    assert str(verdict.expected) == "a health check"
