"""Japanese vowels: who says /ae/? Nine speakers, sequences of 7 to 29 steps.

Nine men said the two vowels /ae/ one after the other. Every utterance is a sequence of 12
coefficients per step, from a linear prediction analysis (Kudo, Toyama and Shimbo 1999; UCI Machine
Learning Repository). The file of the pinned package sktime is read without importing sktime.
Decisions:

* The split into 270 training and 370 test utterances is the data's own.
* Choices are made on 54 of the training utterances, 6 of each speaker: `split`.
* Every coefficient is shifted and scaled to mean 0 and standard deviation 1 *of the training set*.
"""

from importlib import metadata
from typing import NamedTuple

import numpy as np

NUM_CLASSES, CHANNELS, LONGEST = 9, 12, 29
N_VALIDATION = 6  # utterances of each speaker


class Utterances(NamedTuple):
    """N utterances, padded to the same number of steps."""

    inputs: np.ndarray  # (N, LONGEST, CHANNELS) float32, 0 after each one's end
    lengths: np.ndarray  # (N,) int64 in 7..29
    labels: np.ndarray  # (N,) int64 in 0..8

    def rows(self, index: np.ndarray) -> "Utterances":
        """Return those of these numbers."""
        return Utterances(*(array[index] for array in self))


class VowelData(NamedTuple):
    """The two sets."""

    train: Utterances
    test: Utterances


def load_vowels() -> VowelData:
    """Read both sets; scale them by what the training set says."""
    train, test = (_read(f"JapaneseVowels_{name}.ts") for name in ("TRAIN", "TEST"))
    steps = np.concatenate([series for series, _ in train])
    mean, std = steps.mean(0), steps.std(0)
    return VowelData(*(_pad(examples, mean, std) for examples in (train, test)))


def split(train: Utterances, rng: np.random.Generator) -> tuple[Utterances, Utterances]:
    """Take 6 utterances of each speaker out to validate: (to train on, to validate on).

    Args:
        train: the 270 training utterances.
        rng: draws which.
    """
    chosen = np.concatenate(
        [
            rng.permutation(np.flatnonzero(train.labels == speaker))[:N_VALIDATION]
            for speaker in range(NUM_CLASSES)
        ]
    )
    validation = np.isin(np.arange(len(train.labels)), chosen)
    return train.rows(np.flatnonzero(~validation)), train.rows(np.flatnonzero(validation))


def _read(name: str) -> list[tuple[np.ndarray, int]]:
    """Parse lines such as `0.1,0.2:0.3,0.4:9`: channels, each a list of steps, then the speaker."""
    package = metadata.distribution("sktime")
    text = package.locate_file(f"sktime/datasets/data/JapaneseVowels/{name}").read_text()
    examples = []
    for line in text.partition("@data\n")[2].splitlines():
        *channels, speaker = line.split(":")
        examples.append((np.array([c.split(",") for c in channels], float).T, int(speaker) - 1))
    return examples


def _pad(examples: list, mean: np.ndarray, std: np.ndarray) -> Utterances:
    inputs = np.zeros((len(examples), LONGEST, CHANNELS), dtype=np.float32)
    for row, (series, _) in zip(inputs, examples, strict=True):
        row[: len(series)] = (series - mean) / std
    lengths = np.array([len(series) for series, _ in examples])
    return Utterances(inputs, lengths, np.array([speaker for _, speaker in examples]))
