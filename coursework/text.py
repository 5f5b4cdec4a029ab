"""Text that students choose, made fit for a terminal, a table and a page."""

import hashlib
import math
import re
import unicodedata

CUT = " … (cut)"
SENTENCE, SOURCE, SOURCES, LIST = 600, 20_000, 200_000, 500

# Control signs (terminal escapes among them), lone surrogates, and what turns the writing round.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_BREAK = re.compile("\r\n?|\u0085|\u2028|\u2029")


def lines(text: str, limit: int = SOURCE) -> str:
    """Text of several lines without control signs, cut after `limit` characters."""
    text = text[: limit + 1]
    text = _UNSEEN.sub("", _BREAK.sub("\n", text))
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= limit else text[:limit] + CUT


def line(text: str, limit: int = SENTENCE) -> str:
    """Text on one line, without control signs, cut after `limit` characters."""
    return " ".join(lines(text, limit).split())


def quoted(words: object, limit: int = 200) -> str:
    """A student's words inside a sentence of ours: on one line, cut, in “these” quotes."""
    inside = line(str(words), limit)
    return f"“{inside.translate(str.maketrans('“”', '‘’'))}”"


def name(text: str) -> str:
    """A name of a person or a file, in one spelling: on one line, NFC, about 250 characters."""
    whole = line(unicodedata.normalize("NFC", text), 10_000)
    if len(whole) <= 250:
        return whole
    return f"{whole[:250]}-{hashlib.sha256(whole.encode()).hexdigest()[:6]}"


def clean(value: object, limit: int = SENTENCE) -> object:
    """A value that strict JSON can hold, whatever it was: cleaned, cut, and bounded in size."""
    if isinstance(value, str):
        return line(value, limit)
    if isinstance(value, dict):
        return {line(str(key), 60): clean(each, limit) for key, each in list(value.items())[:LIST]}
    if isinstance(value, (list, tuple)):
        return [clean(each, limit) for each in value[:LIST]]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else 0.0
    return line(str(value), limit)


_FORMULA = re.compile(r"(^|[;\t|])(\s*)(?=[=+\-@＝＋－＠].)", re.S)
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def cell(words: object) -> str:
    """A cell that no spreadsheet takes for a formula, also where `;` separates its columns."""
    if _NUMBER.fullmatch(str(words)):
        return str(words)
    return _FORMULA.sub(r"\1'\2", str(words))


def uncell(words: str) -> str:
    """What was given to `cell`, for a name that begins like a formula."""
    return words[1:] if re.match(r"'\s*[=+\-@＝＋－＠]", words) else words
