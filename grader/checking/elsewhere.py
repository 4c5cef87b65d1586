"""What was last seen on another engine than the one looked at now is not known to be gone."""

from __future__ import annotations

from grader.check import Proof, Unproven
from grader.facts import Fact
from grader.messages import Message, msg
from grader.series import Seen


def last_seen_elsewhere(seen: Seen[Fact], subject: Message, command: str) -> Unproven:
    """The verdict on what ``seen`` tells of, and which ``command`` was to end."""
    return Unproven(
        message=msg(
            "{subject} was last seen on another Docker engine than the one that answers now",
            subject=subject,
        ),
        proofs=(Proof.of(seen, msg("it was there")),),
        hint=msg(
            "go back to that engine (on the other computer, or in the other one of `docker context "
            "ls`), run `{command}`, and then `grade-lab`; if it is no more, do it again here",
            command=command,
        ),
    )
