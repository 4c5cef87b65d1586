"""The known practices, by the name that a rubric uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from grader.checking.practices import base, instructions, run, secrets, stages, start
from grader.checking.practices.contract import Practice
from grader.messages import msg

PracticeName = Literal[
    "apt-update-with-install",
    "cleans-apt",
    "copy-not-add",
    "exec-form",
    "healthcheck",
    "multi-stage",
    "no-deprecated",
    "no-latest-base",
    "no-recommends",
    "no-secrets",
    "no-sudo",
    "non-root",
    "one-cmd",
    "pinned-base",
    "workdir-absolute",
]

PRACTICES: Mapping[PracticeName, Practice] = {
    "apt-update-with-install": Practice(
        msg("apt-get update and install stand in one RUN"), run.apt_update_with_install
    ),
    "cleans-apt": Practice(msg("no package lists of apt-get stay in the image"), run.cleans_apt),
    "copy-not-add": Practice(msg("files are copied with COPY"), instructions.copy_not_add),
    "exec-form": Practice(msg("CMD and ENTRYPOINT are in the exec form"), start.exec_form),
    "healthcheck": Practice(msg("the image tells Docker how to see its health"), start.healthcheck),
    "multi-stage": Practice(msg("the image is built in several stages"), stages.multi_stage),
    "no-deprecated": Practice(msg("nothing deprecated is used"), instructions.no_deprecated),
    "no-latest-base": Practice(msg("every base image has a fixed version"), base.no_latest_base),
    "no-recommends": Practice(
        msg("apt-get installs only what is named and needed"), run.no_recommends
    ),
    "no-secrets": Practice(msg("no secret gets into the image"), secrets.no_secrets),
    "no-sudo": Practice(msg("no RUN uses sudo"), run.no_sudo),
    "non-root": Practice(msg("the app does not run as root"), start.non_root),
    "one-cmd": Practice(msg("no stage has more than one CMD or ENTRYPOINT"), start.one_cmd),
    "pinned-base": Practice(msg("every base image is pinned to a digest"), base.pinned_base),
    "workdir-absolute": Practice(
        msg("every WORKDIR is an absolute path"), instructions.workdir_absolute
    ),
}
