"""What a text may hold, and what of it is seen."""

import re
from unicodedata import category

UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What no text may hold: control characters but for tabs and ends of lines, and what makes a text be read in another order than it has."""

BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
_UNSEEN = re.compile(f"[{BLANK_LETTERS}\u034f\u17b4\u17b5\u180b-\u180f\u2065\ufe00-\ufe0f\ufff0-\ufff8\U000e0000-\U000e0fff]")
"""What is not seen and no format character, as Unicode has them (Default_Ignorable_Code_Point), and the blank pattern of braille."""


def seen(text: str) -> str:
    """The text without what is not seen, such as a zero-width space."""
    return text if text.isascii() else "".join(each for each in _UNSEEN.sub("", text) if category(each) != "Cf")


def is_empty(text: str) -> bool:
    """Whether nothing of a text is seen."""
    return not seen(text).strip()
