"""What looks like a person's name or contact data, which is never stored. Pure.

Each function gives what a text looks like, in words, or None. Nothing can know every name: a `pseudonym` must look like no word, a `label`
or a `narrative` is refused only for what is plainly personal, so that "Royal Police Force" passes. Numbers are told from identifiers by how
a telephone number is written.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

Look = Callable[[str], str | None]

WITHHELD = "(withheld)"
NAMES = frozenset(Path(__file__).with_name("names.txt").read_text("utf-8").split())
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+", re.IGNORECASE)
PHONE = re.compile(
    r"""(?<![\w.-])(?:
        \+\d[\d\s().-]{6,18}\d                                          # +1 868 555 0123, +509 3456 7890
      | (?:1[\s.-])?(?:\([2-9]\d{2}\)\s?|[2-9]\d{2}[\s.-])[2-9]\d{2}[\s.-]\d{4}  # (868) 555-0123, 1-868-555-0123
      | (?:tel|phone|telephone|tel[eé]fono|mobile|m[oó]vil|cell|whatsapp|fax)\b\W{0,3}\d[\d\s().-]{5,18}\d
    )(?![\w-])""",
    re.IGNORECASE | re.VERBOSE,
)
TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr|Sgt|Cpl|Insp|Capt|Lt|Supt|Cst|WPC|Sra|Lic|Sergeant|Corporal|Inspector|Constable|Superintendent)"
TITLED = re.compile(rf"\b{TITLE}\.?(?P<name>(?:\s+[A-ZÀ-Þ][\w'\u2019.-]*)+)")
WORD = re.compile(r"[^\W\d_]+")
PIECES = re.compile(r"[\s.,;:_/\\-]+")
VOWEL = re.compile(r"[aeiouyáéíóúàèìòùâêîôûäëïöüãõ]", re.IGNORECASE)
MOST_WORDS = 5


def contact(text: str) -> str | None:
    """An e-mail address or a telephone number in the text."""
    if EMAIL.search(text):
        return "an e-mail address"
    return "a telephone number" if PHONE.search(text) else None


def pseudonym(text: str) -> str | None:
    """As `contact`, and the name that a text of nothing but words looks like, or one that holds two known names."""
    pieces = [piece for piece in PIECES.split(text) if piece]
    is_worded = 1 <= len(pieces) <= MOST_WORDS and all(_is_word(piece) for piece in pieces) and any(map(_is_spoken, pieces))
    return "a name" if is_worded else reference(text)


def reference(text: str) -> str | None:
    """As `contact`, and the name that a text with two known names in it looks like."""
    return contact(text) or ("a name" if sum(map(_is_known, WORD.findall(text))) > 1 else None)


def label(text: str) -> str | None:
    """As `narrative`, and the name that a text of nothing but known names and initials looks like."""
    words = WORD.findall(text)
    is_named = _are_names(words) and sum(map(_is_known, words)) > 1 and not any(map(str.isdigit, text))
    return narrative(text) or ("a name" if is_named else None)


def narrative(text: str) -> str | None:
    """As `contact`, and a name after a title such as Sgt; a name that goes on, as in Dr Eric Williams Hospital, is a place's."""
    titled = any(_are_names(WORD.findall(found["name"])) for found in TITLED.finditer(text))
    return contact(text) or ("a name" if titled else None)


def _is_word(piece: str) -> bool:
    """Whether a piece is letters in the case of a word, or an initial; a hash in letters mixes its cases."""
    return WORD.fullmatch(piece) is not None and (piece.islower() or piece.isupper() or piece.istitle())


def _is_known(word: str) -> bool:
    return word.casefold() in NAMES


def _are_names(words: Sequence[str]) -> bool:
    """Whether words are known names, beside initials."""
    return any(map(_is_known, words)) and all(len(word) == 1 or _is_known(word) for word in words)


def _is_spoken(piece: str) -> bool:
    return len(piece) > 2 and VOWEL.search(piece) is not None
