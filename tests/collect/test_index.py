"""An image that is an index: of platforms, and of what BuildKit attests of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.collect.answer import UnavailableError
from grader.collect.client import Client
from grader.collect.endpoint import Endpoint
from grader.collect.view import EngineView
from grader.facts import Image
from tests.collect.odd_engine import odd_engine
from tests.factories import evidence_of, hex_id

ID, AMD64, ATTESTATION = (f"sha256:{hex_id(seed)}" for seed in ("index", "amd64", "attestation"))
INSPECTED = {
    "Id": ID,
    "Descriptor": {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": ID},
}
MANIFESTS = [{"ID": AMD64, "Kind": "image"}, {"ID": ATTESTATION, "Kind": "attestation"}]


def look(folder: Path, inspected: dict[str, Any], answer: object) -> tuple[Image, list[str]]:
    answers = {
        "/history": [{"CreatedBy": "CMD x"}],
        f"/images/{ID}/json": answer,
        "/json": inspected,
    }
    with odd_engine(folder, answers) as (host, asked):
        image = EngineView(Client(Endpoint((host,))), evidence_of()).image_fact("app:1")
    return image, asked


def test_the_images_in_an_index_are_told_and_no_attestation(tmp_path: Path) -> None:
    image, _ = look(tmp_path, INSPECTED, {**INSPECTED, "Manifests": MANIFESTS})
    assert (image.id, image.manifests) == (ID, (AMD64,))
    unable, _ = look(tmp_path, INSPECTED, INSPECTED)
    assert unable.manifests == ()


def test_of_an_image_that_is_none_nothing_more_is_asked(tmp_path: Path) -> None:
    image, asked = look(tmp_path, {"Id": ID}, 500)
    assert image.manifests == ()
    assert len([path for path in asked if path.endswith("/json")]) == 1


@pytest.mark.parametrize("answer", [b"{", [], {"Id": ID, "Manifests": "x"}, 500])
def test_an_odd_answer_is_no_answer(tmp_path: Path, answer: object) -> None:
    with pytest.raises(UnavailableError):
        look(tmp_path, INSPECTED, answer)
