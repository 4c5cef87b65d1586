"""How a recording goes: what its viewers are told."""

from __future__ import annotations

from enum import StrEnum

from grader.messages import Message, msg


class State(StrEnum):
    """What the recorder is doing."""

    CONNECTING = "connecting"
    RECORDING = "recording"
    ENGINE_AWAY = "engine-away"
    JOURNAL_TROUBLE = "journal-trouble"
    ENDED = "ended"


TOLD: dict[State, Message] = {
    State.CONNECTING: msg("connecting to the Docker Engine"),
    State.RECORDING: msg("recording; keep this running while you work"),
    State.ENGINE_AWAY: msg(
        "the Docker Engine does not answer; start Docker, and the recording goes on by itself"
    ),
    State.JOURNAL_TROUBLE: msg(
        "nothing can be written to the journal; free some disk space, and the recording goes on"
    ),
    State.ENDED: msg("the recording has ended"),
}
"""Each state in words, with what to do."""
