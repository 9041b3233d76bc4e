"""What looks like a person's name or contact data, which is never stored. Pure.

Each function gives what a text looks like, in words, or None. Nothing can know every name: a `pseudonym` must look like no word, a `label`
or a `narrative` is refused only for what is plainly personal, so that "Royal Police Force" passes. Numbers are told from identifiers by how
telephone numbers, identity numbers and dates of birth are written. Texts are judged as they are read: as NFKC has them, without what is
not seen, such as a zero-width space, with every dash as a hyphen; names without accents.
"""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from unicodedata import combining, normalize
from urllib.parse import unquote

from models.texts import BLANK_LETTERS, seen

Look = Callable[[str], str | None]

WITHHELD = "(withheld)"
AS_READ = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212", "-") | {"\u3002": "."})
BLANK_LETTER = re.compile(f"[{BLANK_LETTERS}]")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+\s{0,3}(?:@|\(at\)|\[at\])\s{0,3}[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+", re.IGNORECASE)
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
TITLED = re.compile(rf"\b(?i:{TITLE})\.?(?P<name>(?:\s+[A-ZÀ-Þ][\w'\u2019.-]*)+)")
RANK = r"(?:mr|mrs|sgt|cpl|insp|supt|cst|wpc|sergeant|corporal|inspector|constable|superintendent)"
RANKED = re.compile(rf"\b(?i:{RANK})\.?\s+(?P<name>[^\W\d_A-ZÀ-Þ]{{2,}}\s+[^\W\d_A-ZÀ-Þ]{{2,}})(?!\w)")
"""A rank and two words in small letters: of Dr and Capt, after whom places are named, that would be said of too many."""

WORD = re.compile(r"[^\W\d_]+")
PIECES = re.compile(r"[\s.,;:_/\\-]+")
VOWEL = re.compile(r"[aeiouyáéíóúàèìòùâêîôûäëïöüãõ]", re.IGNORECASE)
MOST_WORDS = 5


def _as_read(look: Look) -> Look:
    """The look at a text as a reader sees it."""

    @wraps(look)
    def looked(text: str) -> str | None:
        if text.isascii():
            return look(text)
        whole = normalize("NFKC", text).translate(AS_READ)
        return look(seen(whole)) or (look(seen(BLANK_LETTER.sub(" ", whole))) if BLANK_LETTER.search(whole) else None)

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


def key(text: str) -> str | None:
    """As `contact`, and a number as it is dialled, or a day on which one may be born, where the text is nothing else."""
    if DIALLED.fullmatch(text):
        return "a telephone number"
    return "a date of birth" if BIRTH.fullmatch(text) else contact(text)


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
    titled = any(_are_names(WORD.findall(found["name"])) for pattern in (TITLED, RANKED) for found in pattern.finditer(text))
    return contact(text) or ("a name" if titled else None)


def _is_word(piece: str) -> bool:
    """Whether a piece is letters in the case of a word, or an initial; a hash in letters mixes its cases."""
    return WORD.fullmatch(piece) is not None and (piece.islower() or piece.isupper() or piece.istitle())


def _is_known(word: str) -> bool:
    return _plain(word) in NAMES


def _are_names(words: Sequence[str]) -> bool:
    """Whether words are known names, beside initials."""
    return any(map(_is_known, words)) and all(len(word) == 1 or _is_known(word) for word in words)


def _plain(word: str) -> str:
    """The word in small letters without accents."""
    return word.lower() if word.isascii() else "".join(each for each in normalize("NFKD", word.casefold()) if not combining(each))


def _is_spoken(piece: str) -> bool:
    return len(piece) > 2 and VOWEL.search(piece) is not None


NAMES = frozenset(map(_plain, Path(__file__).with_name("names.txt").read_text("utf-8").split()))
