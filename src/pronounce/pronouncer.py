"""A trained letter-by-letter model, with what its outputs mean, in one file of weights."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from src.models.aligned_seq2seq import AlignedSeq2Seq
from src.models.decoding import Hypothesis, beam_search
from src.pronounce.words import spelling
from src.results import RESULTS
from src.tasks.alignment import Chunk
from src.tasks.batches import equal_length_batches
from src.tasks.pronunciation import SOURCE_SIZE, Pronunciation, encode_words

END, START, FIRST_CHUNK = 0, 1, 2  # tokens of the model's outputs
LONGEST = 50  # letters; the model has seen words of 2 to 20
WEIGHTS = RESULTS / "pronounce.safetensors"


class Answer(NamedTuple):
    """A pronunciation.

    Attributes:
        phonemes: without stress.
        log_prob: natural logarithm of the probability of all the ways to spell them that the beam
            has found, added up; so it can be too low, never too high.
    """

    phonemes: Pronunciation
    log_prob: float


class Pronouncer:
    """A model and the chunks of phonemes that its outputs stand for.

    Args:
        model: of `target_size` 2 + the number of chunks.
        chunks: what the tokens 2, 3, ... say.
    """

    def __init__(self, model: AlignedSeq2Seq, chunks: Sequence[Chunk]):
        self.model = model.eval()
        self.chunks = [tuple(chunk) for chunk in chunks]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "Pronouncer":
        """Read weights, sizes and chunks from one safetensors file.

        Raises:
            FileNotFoundError: there is none; the message says how to make one.
        """
        if not Path(path).exists():
            raise FileNotFoundError(
                f"no weights at {path}: 'python -m experiments.pronounce' trains them"
            )
        with safe_open(path, framework="pt") as file:
            description = {name: json.loads(value) for name, value in file.metadata().items()}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        model = build(description["sizes"], len(description["chunks"]))
        model.load_state_dict(weights)
        return cls(model, description["chunks"])

    def save(self, path: Path, sizes: dict) -> None:
        """Write everything in one file, whole or not at all; weights in half precision."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        weights = {name: value.half() for name, value in self.model.state_dict().items()}
        description = {"sizes": json.dumps(sizes), "chunks": json.dumps(self.chunks)}
        save_file(weights, partial, description)
        os.replace(partial, path)

    def spell_out(self, tokens: Sequence[int]) -> Pronunciation:
        """Turn tokens into the phonemes of their chunks."""
        return tuple(sound for token in tokens for sound in self.chunks[token - FIRST_CHUNK])

    @torch.no_grad()
    def hypotheses(self, words: Sequence[str], width: int) -> list[list[Hypothesis]]:
        """Search with a beam; hypotheses of chunks, a list for each word."""
        letters, lengths = encode_words([spelling(word) for word in words])
        source, found = torch.from_numpy(letters), dict[int, list[Hypothesis]]()
        for index in equal_length_batches(lengths, 512):
            steps = int(lengths[index[0]])
            beams = beam_search(
                self.model.step,
                self.model.encode(source[index, :steps]),
                start=START,
                end=END,
                max_steps=steps + 1,
                width=width,
            )
            found.update(zip(index.tolist(), beams, strict=True))
        return [found[n] for n in range(len(words))]

    def pronounce(self, words: Sequence[str], *, width: int = 8) -> list[list[Answer]]:
        """Pronounce words.

        Args:
            words: of the letters a-z and the apostrophe, as `words.spelling` reads them: large
                letters and typographic apostrophes are read too.
            width: of the beam. Hypotheses that spell the same phonemes with other letters are
                one answer.

        Returns:
            For each word its answers, at most `width`, the most probable first. A word of which
            the model thinks that it is silent has none.

        Raises:
            ValueError: no word, an empty one, one with another character; width below 1.
        """
        return [self._merge(hypotheses) for hypotheses in self.hypotheses(words, width)]

    def best(self, words: Sequence[str], *, width: int = 8) -> list[Pronunciation]:
        """Give the most probable pronunciation of each word; empty where there is none."""
        return [
            answers[0].phonemes if answers else () for answers in self.pronounce(words, width=width)
        ]

    def _merge(self, hypotheses: Sequence[Hypothesis]) -> list[Answer]:
        log_probs: dict[Pronunciation, float] = {}
        for hypothesis in hypotheses:
            phonemes = self.spell_out(hypothesis.tokens)
            if phonemes:
                so_far = log_probs.get(phonemes, -np.inf)
                log_probs[phonemes] = float(np.logaddexp(so_far, hypothesis.log_prob))
        answers = [Answer(*pair) for pair in log_probs.items()]
        return sorted(answers, key=lambda answer: -answer.log_prob)


def build(sizes: dict, chunks: int, dropout: float = 0.0) -> AlignedSeq2Seq:
    """Make the model of these sizes (embed_dim, encoder_size, decoder_size, num_layers)."""
    return AlignedSeq2Seq(
        SOURCE_SIZE, FIRST_CHUNK + chunks, **sizes, dropout=dropout, start=START, end=END
    )
