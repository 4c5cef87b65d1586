"""What a container said before it ended."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from grader.checking.crash import last_words
from grader.evidence import Evidence
from grader.facts import Logs
from grader.needs import LogsNeed
from grader.series import Seen


class LastWords:
    """The ends of all logs that were recorded."""

    def __init__(self, evidence: Evidence) -> None:
        self._logs: dict[str, list[Seen[Logs]]] = defaultdict(list)
        found = (seen for need in evidence.needs(LogsNeed) for seen in evidence.of(need).found)
        for seen in sorted(found, key=lambda seen: seen.at):
            self._logs[seen.fact.container_id].append(seen)

    def of(self, container: str, at: datetime) -> str:
        """The last lines of the first log read after this time, or of the last one before."""
        logs = self._logs.get(container, [])
        read = [seen for seen in logs if seen.at >= at][:1] or logs[-1:]
        return last_words(read[0].fact) if read else ""
