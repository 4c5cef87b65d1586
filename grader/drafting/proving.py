"""Which checks a recorded lab proves: only those go into its rubric."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any

from pydantic import ValidationError

from grader import plugins
from grader.check import Check, Errored, Passed
from grader.drafting.draft import Check as Drafted
from grader.evidence import Evidence

MAX_OPTIONS = 50


def written(check: Drafted) -> Check | None:
    """The check as a rubric's; None where the rubric language cannot say it."""
    fields = {name: value for name, value in check.items() if name != "hint"}
    try:
        return plugins.check_type(str(check["type"])).model_validate_json(json.dumps(fields))
    except ValidationError:
        return None


class Prover:
    """Judges drafted checks by the evidence that they are drafted from."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    def holds(self, check: Drafted) -> bool:
        """Whether the evidence earns a check's full points, as the judge would say."""
        specified = written(check)
        try:
            return specified is not None and self._passes(specified)
        except Exception:  # an odd fact of a journal, which may be anybody's
            return False

    def grown(self, check: Drafted, options: Iterable[tuple[str, Any]]) -> Drafted:
        """The check with each of the options that the evidence also proves, one by one.

        What is a list or a map is added to what there is. Of more than `MAX_OPTIONS` the rest is
        left out.
        """
        for name, value in islice(options, MAX_OPTIONS):
            more = {**check, name: _joined(check.get(name), value)}
            if self.holds(more):
                check = more
        return check

    def _passes(self, check: Check) -> bool:
        verdict = check.judge(self.evidence)
        if isinstance(verdict, Passed | Errored):
            return isinstance(verdict, Passed)
        return isinstance(check.judge(self.evidence.undisturbed), Passed)


def _joined(there: Any, more: Any) -> Any:
    if isinstance(there, list):
        return [*there, *(item for item in more if item not in there)]
    return {**there, **more} if isinstance(there, dict) else more
