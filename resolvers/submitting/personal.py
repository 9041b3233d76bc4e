"""What looks like a person's name or contact data, which is never stored. Pure.

Each function gives what a text looks like, in words, or None. Nothing can know every name: a `pseudonym` must look like no word, a `label`
or a `narrative` is refused only for what is plainly personal, so that "Royal Police Force" passes. Numbers are told from identifiers by how
telephone numbers, identity numbers and dates of birth are written. Texts are judged as they are read: as NFKC has them, without what is
not seen, such as a zero-width space.
"""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from unicodedata import category, normalize
from urllib.parse import unquote

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
MONTH, DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
IDENTITY = re.compile(
    rf"""(?<![\w.-])(?:
        \d{{3}}-\d{{2}}-\d{{4}}                                             # United States
      | \d{{3}}-\d{{7}}-\d                                                # Dominican Republic
      | \d{{3}}-\d{{3}}-\d{{3}}(?:-\d)?                                    # Jamaica, Haiti
      | \d{{2}}{MONTH}{DAY}-\d{{4}}                                       # Barbados
      | (?:passport|pasaporte|c[eé]dula|trn|nis|nib|national\ id|identity\ card|id\ card)\b
        (?:\W{{0,3}}(?:no|number|n[uú]mero|nr)\b)?\W{{0,3}}[A-Z]{{0,3}}\d[\d-]{{4,18}}
    )(?![\w-])""",
    re.IGNORECASE | re.VERBOSE,
)
BORN = re.compile(
    r"(?<!\w)(?:d\.?o\.?b\.?|(?:date|day) of birth|birth ?date|born(?: on)?|fecha de nacimiento|nacid[oa](?: el)?)\W{0,4}\d", re.IGNORECASE
)
YEAR = "(?:19[3-9][0-9]|200[0-9]|2010)"
BIRTH = re.compile(rf"(?<![^\W_])(?:{YEAR}([-/. ]?){MONTH}\1{DAY}|{DAY}([-/. ]?){MONTH}\2{YEAR}|{MONTH}([-/. ]?){DAY}\3{YEAR})(?![^\W_])")
AREA = "242|246|264|268|284|340|345|441|473|649|658|664|721|758|767|784|787|809|829|849|868|869|876|939"
DIALLED = re.compile(rf"(?<![^\W_])1?(?:{AREA})[2-9]\d{{6}}(?![^\W_])|\A\W*[2-9]\d{{2}}[-. ]\d{{4}}\W*\Z")
TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr|Sgt|Cpl|Insp|Capt|Lt|Supt|Cst|WPC|Sra|Lic|Sergeant|Corporal|Inspector|Constable|Superintendent)"
TITLED = re.compile(rf"\b{TITLE}\.?(?P<name>(?:\s+[A-ZÀ-Þ][\w'\u2019.-]*)+)")
WORD = re.compile(r"[^\W\d_]+")
PIECES = re.compile(r"[\s.,;:_/\\-]+")
VOWEL = re.compile(r"[aeiouyáéíóúàèìòùâêîôûäëïöüãõ]", re.IGNORECASE)
MOST_WORDS = 5


def _as_read(look: Look) -> Look:
    """The look at a text as a reader sees it."""

    @wraps(look)
    def looked(text: str) -> str | None:
        return look(text if text.isascii() else "".join(each for each in normalize("NFKC", text) if category(each) != "Cf"))

    return looked


@_as_read
def contact(text: str) -> str | None:
    """An e-mail address, a telephone number, an identity number or a date of birth in the text."""
    if EMAIL.search(text):
        return "an e-mail address"
    if IDENTITY.search(text):
        return "an identity number"
    if BORN.search(text):
        return "a date of birth"
    return "a telephone number" if PHONE.search(text) else None


def address(text: str) -> str | None:
    """As `contact`, in the address of a page, where signs may be written as numbers."""
    return contact(unquote(text))


@_as_read
def pseudonym(text: str) -> str | None:
    """As `reference`, and a name where the text is nothing but words, or a number as it is dialled, or a day on which one may be born."""
    if DIALLED.search(text):
        return "a telephone number"
    if BIRTH.search(text):
        return "a date of birth"
    pieces = [piece for piece in PIECES.split(text) if piece]
    is_worded = 1 <= len(pieces) <= MOST_WORDS and all(_is_word(piece) for piece in pieces) and any(map(_is_spoken, pieces))
    return "a name" if is_worded else reference(text)


@_as_read
def reference(text: str) -> str | None:
    """As `contact`, and the name that a text with two known names in it looks like."""
    return contact(text) or ("a name" if sum(map(_is_known, WORD.findall(text))) > 1 else None)


@_as_read
def label(text: str) -> str | None:
    """As `narrative`, and the name that a text of nothing but known names and initials looks like."""
    words = WORD.findall(text)
    is_named = _are_names(words) and sum(map(_is_known, words)) > 1 and not any(map(str.isdigit, text))
    return narrative(text) or ("a name" if is_named else None)


@_as_read
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
