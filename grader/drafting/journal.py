"""A rubric from a recorded lab: what its journal proves becomes what others are asked to do."""

from __future__ import annotations

from pathlib import Path

from grader.checking.clocks import by_the_engine
from grader.drafting.containers import Containers
from grader.drafting.draft import Draft, Ids, in_order
from grader.drafting.files import about_files
from grader.drafting.images import Images, named_images
from grader.drafting.order import about_order
from grader.drafting.proving import Prover
from grader.drafting.variables import found_in
from grader.errors import GradeLabError
from grader.evidence import Evidence
from grader.journal import Journal
from grader.messages import msg


def from_journal(
    journal: Journal,
    id_: str,
    title: str,
    folder: Path | None = None,
    differing: tuple[str, ...] = (),
) -> Draft:
    """The rubric that whoever recorded ``journal``, in ``folder`` if known, has full marks by.

    ``differing`` are texts that are theirs alone, such as their name.

    Raises:
        GradeLabError: nothing in it can be graded.
    """
    prover, ids = Prover(Evidence(by_the_engine(journal))), Ids()
    images = named_images(prover)
    own = [named.reference for named in images if named.made_at or named.pushed_at]
    pushed = [named.reference for named in images if named.pushed_at]
    variables = found_in(own, pushed, differing)
    objectives = in_order(
        (
            *about_files(prover, ids),
            *Images(prover, variables, ids).objectives(),
            *Containers(prover, variables, ids, folder).objectives(),
        )
    )
    if not objectives:
        raise GradeLabError(
            msg("the journal holds nothing that a rubric could be made of"),
            msg(
                "run `grade-lab watch --everything`, do the lab in another terminal, and try again"
            ),
        )
    objectives += about_order(prover, ids, objectives)
    note = msg(
        "Drafted from a recorded lab: whoever does the same has full marks. Read each "
        "objective, leave out what does not matter, and adapt titles, hints and points."
    )
    return Draft(id_, title, variables, objectives, (note,))
