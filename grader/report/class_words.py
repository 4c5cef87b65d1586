"""The words of the class report that no other report needs."""

from __future__ import annotations

from collections.abc import Mapping

from grader.messages import Message, msg

CLASS: Mapping[str, Message] = {
    "all": msg("Everybody"),
    "change": msg("Change"),
    "class-description": msg("How a class did in the lab, and what to teach again."),
    "class-footer": msg("Made by grade-lab {version}. This page needs no network."),
    "class-title": msg("{title}: class report"),
    "deadline": msg("Deadline"),
    "errors": msg("What could not be judged"),
    "errors-intro": msg(
        "Each of these failed alone, and the others were judged. Put it right, or ask for it "
        "again; then run the same `grade-lab batch` command once more."
    ),
    "find": msg("Find"),
    "find-hint": msg("name, id or file"),
    "flag-more": msg("{count} more of this kind are not shown here."),
    "flagged": msg("Flagged"),
    "flags": msg("Flags"),
    "flags-intro": msg(
        "Reasons to look, and no verdicts: there may be a good explanation, and no points were "
        "taken for them. Please look yourself, and ask the learner before you decide."
    ),
    "handed-in": msg("Handed in"),
    "highest": msg("Highest"),
    "jump-learners": msg("Jump to the learners"),
    "judged": msg("Judged"),
    "late": msg("Late"),
    "late-points": msg("{points} points were taken off for being late, in all."),
    "learners": msg("Learners"),
    "learners-shown": msg("{shown} of {count} shown"),
    "legend-bar": msg("A mark for each objective: tall when passed, low when not."),
    "list-more": msg("{count} more are not shown here; the table has them."),
    "lower": msg("Lower quartile"),
    "lowest": msg("Lowest"),
    "mean": msg("Mean"),
    "median": msg("Median"),
    "moved": msg("Compared with an earlier run"),
    "moved-intro": msg("{up} went up, {down} went down."),
    "moved-left-out": msg("{count} more moved by less and are not shown here."),
    "moved-none": msg("Nobody's result is another than in the earlier run."),
    "nobody-matches": msg("Nobody matches. Empty the field, or show everybody."),
    "none-judged": msg("No submission could be judged yet."),
    "notice": msg("With a notice"),
    "notices": msg("Notices"),
    "notices-intro": msg(
        "What does not fit: the roster, lab.yaml and the file's name, or what was handed in. It "
        "cost no points."
    ),
    "now": msg("Now"),
    "of-learners": msg("Learners: {count}"),
    "people": msg("Number of learners"),
    "review": msg("To review"),
    "review-intro": msg(
        "A person has to decide these. `grade-lab batch review` lists them too, and your overrides "
        "file settles them."
    ),
    "review-title": msg("What needs your review"),
    "show": msg("Show"),
    "show-all": msg("Show all {count}"),
    "spread": msg("How the scores are spread"),
    "spread-from-to": msg("{low} to {high}"),
    "spread-says": msg(
        "Half of {count} learners have {median} points or more. The middle half have between "
        "{lower} and {upper}."
    ),
    "state": msg("Result"),
    "teach": msg("What to teach again"),
    "teach-intro": msg(
        "The objectives in which the most learners have something to learn come first, each with "
        "what they were told most often."
    ),
    "then": msg("Before"),
    "told": msg("Told most often"),
    "told-more": msg("{count} more"),
    "upper": msg("Upper quartile"),
    "why": msg("Why"),
}

FLAGS: Mapping[str, tuple[Message, Message]] = {
    "same-learner": (
        msg("Same learner"),
        msg("Two submissions give the same learner. Often somebody handed in twice."),
    ),
    "same-journal": (
        msg("Same record"),
        msg("The records are the same, hash by hash. A record cannot arise twice by chance."),
    ),
    "same-container": (
        msg("Same container"),
        msg(
            "Docker gives every container an id of its own. They may have shared a computer, or a "
            "journal may have lain in the template."
        ),
    ),
    "same-image": (
        msg("Same image"),
        msg("The same build, to the byte. One may have pulled the other's image."),
    ),
    "same-challenge": (
        msg("Same challenge"),
        msg("Each learner gets a challenge of their own; here two have the same."),
    ),
    "same-source": (
        msg("Same files"),
        msg("The files are the same. If you handed them out, that is how it should be."),
    ),
    "alike-answers": (
        msg("Answers alike"),
        msg("The words are nearly the same. They may quote the same text."),
    ),
    "broken-journal": (
        msg("Broken record"),
        msg("Lines were changed or are missing. An editor or a full disk can do this too."),
    ),
    "merged-journal": (
        msg("Merged record"),
        msg("Two records stand in one. Git makes that of one learner's work at two computers."),
    ),
    "backwards-clock": (
        msg("Clock runs backwards"),
        msg("Times in the record run backwards. A clock may have been set, or the record altered."),
    ),
    "late-journal": (
        msg("Record begins late"),
        msg("The first thing in the record happened after the deadline."),
    ),
    "denied-image": (
        msg("Registry denies the image"),
        msg("The record says that it was pushed; the registry does not have it (any more)."),
    ),
}
"""By the kind of flag: its name, and what can explain it."""
