"""Media types of what a registry or a containerd store holds under a reference.

Source: OCI Image Format Specification, media types; Docker Image Manifest Version 2, Schema 2.
"""

from __future__ import annotations

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""Of one that lists others, such as an image's for several platforms."""
MANIFESTS = (
    *INDEXES,
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
