"""Say how English words are pronounced: `python -m src.pronounce knight thought`.

Words come as arguments, or from standard input, one or more a line; what has come is answered at
once, a long list in batches. The phonemes are those of the CMU Pronouncing Dictionary without
stress; the answers are the model's, for words in the dictionary and for others. The number after an
answer is the chance that such a dictionary has it. What cannot be read is named on standard error,
the rest is answered, and the exit status is 1.
"""

import argparse
import sys
import unicodedata
from collections.abc import Iterator, Sequence

import torch

from src.pronounce.calibration import chance
from src.pronounce.pronouncer import LONGEST, Answer, Pronouncer
from src.pronounce.words import spelling, visible, words_as_they_come
from src.tasks.pronunciation import LETTERS

AT_ONCE = 2_000  # words of a long list that are answered together


def positive(text: str) -> int:
    """Parse an int of at least 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


positive.__name__ = "whole number above 0"  # argparse names it where a text is none


def problem(word: str | UnicodeDecodeError) -> str | None:
    """Say why a word cannot be read, or None."""
    if isinstance(word, UnicodeDecodeError):
        return f"cannot read {word.object!r}: {word.reason}"
    letters = spelling(word)
    if not letters:
        return f"cannot read {word!r}: it has no letter"
    if unknown := sorted(set(letters) - set(LETTERS)):
        sign = f"{unknown[0]!r} ({unicodedata.name(unknown[0], 'a sign without a name')})"
        return f"cannot read {word!r}: {sign} is none of the letters a-z and '"
    if len(letters) > LONGEST:
        return f"cannot read {word!r}: it has {len(letters)} letters, the most is {LONGEST}"
    return None


def batches(words: Sequence, size: int) -> Iterator[Sequence]:
    """Cut words into lists of at most `size`."""
    return (words[start : start + size] for start in range(0, len(words), size))


def for_people(word: str, answers: list[Answer]) -> str:
    """A word, and below it each answer with the chance that it is right."""
    lines = [
        f"  {rank}. {' '.join(phonemes)}   {chance(log_prob, len(spelling(word))):.2f}"
        for rank, (phonemes, log_prob) in enumerate(answers, 1)
    ]
    return "\n".join([word, *lines])


def for_programs(word: str, answers: list[Answer]) -> str:
    """Lines of word, phonemes and the model's own log probability, separated by tabs."""
    return "\n".join(
        f"{word}\t{' '.join(phonemes)}\t{log_prob:.4f}" for phonemes, log_prob in answers
    )


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, answer, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m src.pronounce", description="English words → CMU phonemes, without stress"
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="default: from standard input")
    parser.add_argument(
        "--nbest", type=positive, default=1, metavar="N", help="answers a word, at most (1)"
    )
    parser.add_argument(
        "--beam", type=positive, default=8, metavar="K", help="width of the search (8)"
    )
    parser.add_argument(
        "--tsv",
        action="store_true",
        help="one answer a line: word, phonemes, the model's log probability",
    )
    options = parser.parse_args(arguments)
    show = for_programs if options.tsv else for_people
    try:
        pronouncer = Pronouncer.load()
    except FileNotFoundError as error:
        parser.error(str(error))
    torch.set_num_threads(1)  # more of them are slower at such sizes

    if hasattr(sys.stdout, "reconfigure"):  # a terminal that lacks a sign shows its number
        sys.stdout.reconfigure(errors="backslashreplace")

    failed = False
    width = max(options.beam, options.nbest)
    given = [options.words] if options.words else words_as_they_come(sys.stdin.buffer)
    for batch in (batch for words in given for batch in batches(words, AT_ONCE)):
        readable = []
        for word in batch:
            if reason := problem(word):
                print(reason, file=sys.stderr)
                failed = True
            else:
                readable.append(word)
        if not readable:
            continue
        for word, answers in zip(
            readable, pronouncer.pronounce(readable, width=width), strict=True
        ):
            if answers:
                print(show(visible(word), answers[: options.nbest]))
            else:
                print(f"no sound for {word!r}: the model finds it silent", file=sys.stderr)
                failed = True
        sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `... | head` has read enough
        sys.stderr.close()
