"""Words as people and programs send them: typographic signs, bytes, lines that come one by one."""

import codecs
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

# What a keyboard, a word processor or a phone writes for the apostrophe of "don't".
APOSTROPHES = dict.fromkeys(map(ord, "’‘‛ʼʻ′´`＇ꞌ"), "'")
INVISIBLE = {"Cf", "Cc"}  # Unicode's categories of byte order marks, joiners, soft hyphens
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
AT_ONCE = 1 << 16  # bytes


def visible(word: str) -> str:
    """The word without the signs that nobody sees: byte order marks, joiners, soft hyphens."""
    return "".join(sign for sign in word if unicodedata.category(sign) not in INVISIBLE)


def spelling(word: str) -> str:
    """The word in the model's letters, as far as it has them: lower case, one apostrophe.

    Wide letters and ligatures become what they stand for. What is left of other signs stays, for
    the caller to refuse.
    """
    word = visible(word).translate(APOSTROPHES)
    return unicodedata.normalize("NFKC", word).translate(APOSTROPHES).lower()


def lines_as_they_come(stream: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the lines that are there, as soon as they are: few of a person, many of a file.

    A last line without an end of line comes when the stream is closed. A stream that begins with
    the mark of UTF-16, as PowerShell writes it, becomes UTF-8.
    """
    read = getattr(stream, "read1", stream.read)
    chunk = read(AT_ONCE)
    wide = codecs.getincrementaldecoder("utf-16")("replace") if chunk[:2] in UTF_16 else None
    rest = b""
    while chunk:
        rest += wide.decode(chunk).encode() if wide else chunk
        *lines, rest = rest.split(b"\n")
        if lines:
            yield lines
        chunk = read(AT_ONCE)
    if rest:
        yield [rest]


def words_as_they_come(stream: BinaryIO) -> Iterator[list[str | UnicodeDecodeError]]:
    """Yield lists of words, in their order; for a line that is not UTF-8, its error."""
    number = 0
    for lines in lines_as_they_come(stream):
        words: list[str | UnicodeDecodeError] = []
        for line in lines:
            number += 1
            try:
                words += line.decode().split()
            except UnicodeDecodeError as error:
                error.reason = f"line {number} of standard input is no UTF-8 text"
                words.append(error)
        yield words
