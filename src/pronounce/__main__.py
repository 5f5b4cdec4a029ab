"""Say how English words are pronounced: `python -m src.pronounce knight thought`.

Words come as arguments, or from standard input, one or more a line. The phonemes are those of the
CMU Pronouncing Dictionary without stress; the answers are the model's, for words in the dictionary
and for others. What cannot be read is named on standard error, the rest is answered, and the exit
status is 1.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Iterator

import torch

from src.pronounce.pronouncer import LONGEST, Answer, Pronouncer
from src.tasks.pronunciation import LETTERS

AT_ONCE = 2_000  # words that are read before the first of them are answered


def positive(text: str) -> int:
    """Parse an int of at least 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


positive.__name__ = "whole number above 0"  # argparse names it where a text is none


def problem(word: str) -> str | None:
    """Say why a word cannot be read, or None."""
    if unknown := sorted(set(word.lower()) - set(LETTERS)):
        return f"cannot read {word!r}: {unknown[0]!r} is none of the letters a-z and '"
    if len(word) > LONGEST:
        return f"cannot read {word!r}: it has {len(word)} letters, the most is {LONGEST}"
    return None


def batches(words: Iterable[str], size: int) -> Iterator[list[str]]:
    """Cut words into lists of at most `size`."""
    batch = []
    for word in words:
        batch.append(word)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def for_people(word: str, answers: list[Answer]) -> str:
    """A word, and below it each answer with its probability."""
    lines = [
        f"  {rank}. {' '.join(phonemes)}   {math.exp(log_prob):.3f}"
        for rank, (phonemes, log_prob) in enumerate(answers, 1)
    ]
    return "\n".join([word, *lines])


def for_programs(word: str, answers: list[Answer]) -> str:
    """Lines of word, phonemes and log probability, separated by tabs."""
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
        "--tsv", action="store_true", help="one answer a line: word, phonemes, log probability"
    )
    options = parser.parse_args(arguments)
    given = options.words or (word for line in sys.stdin for word in line.split())
    show = for_programs if options.tsv else for_people
    try:
        pronouncer = Pronouncer.load()
    except FileNotFoundError as error:
        parser.error(str(error))
    torch.set_num_threads(1)  # more of them are slower at such sizes

    failed = False
    for batch in batches(given, AT_ONCE):
        readable = []
        for word in batch:
            if reason := problem(word):
                print(reason, file=sys.stderr)
                failed = True
            else:
                readable.append(word)
        if not readable:
            continue
        width = max(options.beam, options.nbest)
        found = pronouncer.pronounce([word.lower() for word in readable], width=width)
        for word, answers in zip(readable, found, strict=True):
            if answers:
                print(show(word, answers[: options.nbest]), flush=True)
            else:
                print(f"no sound for {word!r}: the model finds it silent", file=sys.stderr)
                failed = True
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # `... | head` has read enough
        sys.stderr.close()
