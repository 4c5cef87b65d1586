"""What tells an image from others: two that share a digest are alike.

A containerd store's image is mostly an index, with an id of its own even when the same is built
again: of another time, of other attestations. The image in it is the same then.
"""

from __future__ import annotations

from grader.evidence import Evidence
from grader.facts import Image
from grader.needs import ImageNeed


def digests_of(image: Image) -> frozenset[str]:
    """An image's id, and the digest of each image in it."""
    return frozenset((image.id, *image.manifests))


def digests_under(reference: str, evidence: Evidence) -> frozenset[str]:
    """Those of every image that was ever seen under this reference."""

    def digests() -> frozenset[str]:
        found = evidence.of(ImageNeed(image=reference)).found
        return evidence.image_ids(reference).union(*(digests_of(seen.fact) for seen in found))

    return evidence.once(("digests", reference), digests)
