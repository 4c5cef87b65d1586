"""Container names that Docker made up, such as ``zealous_turing``."""

from __future__ import annotations

import re

# The first words that Moby's generator of names uses.
_NAME = re.compile(
    "(?:admiring|adoring|affectionate|agitated|amazing|angry|awesome|beautiful|blissful|bold"
    "|boring|brave|busy|charming|clever|compassionate|competent|condescending|confident|cool"
    "|cranky|crazy|dazzling|determined|distracted|dreamy|eager|ecstatic|elastic|elated|elegant"
    "|eloquent|epic|exciting|fervent|festive|flamboyant|focused|friendly|frosty|funny|gallant"
    "|gifted|goofy|gracious|great|happy|hardcore|heuristic|hopeful|hungry|infallible|inspiring"
    "|intelligent|interesting|jolly|jovial|keen|kind|laughing|loving|lucid|magical|modest|musing"
    "|mystifying|naughty|nervous|nice|nifty|nostalgic|objective|optimistic|peaceful|pedantic"
    "|pensive|practical|priceless|quirky|quizzical|recursing|relaxed|reverent|romantic|sad|serene"
    "|sharp|silly|sleepy|stoic|strange|stupefied|suspicious|sweet|tender|thirsty|trusting"
    "|unruffled|upbeat|vibrant|vigilant|vigorous|wizardly|wonderful|xenodochial|youthful|zealous"
    "|zen)_[a-z]+[0-9]?"
)


def is_made_up(name: str) -> bool:
    """Whether Docker itself made up this name, since nobody gave one."""
    return _NAME.fullmatch(name) is not None
