"""What unequal lengths cost: padded, packed, and batches of equal length.

`python -m benchmarks.packing`, about a minute. Writes results/packing.json.

One pass (forward, and backward from an upstream gradient on every output) over the same sequences,
by a bidirectional layer of H = 64 units in float32 on one thread:

* padded: batches as they come, every one padded to its longest sequence, all steps computed;
* packed: the same batches with their lengths, by `run_recurrent`;
* equal lengths: the same sequences, sorted into batches in which all have one length.

The padded pass gives wrong states; it is the cost that the other two are compared with.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.machine import describe, use_one_thread
from src.models.sequences import run_recurrent
from src.tasks.batches import equal_length_batches
from src.tasks.stress import encode, load_stress
from src.tasks.vowels import load_vowels

RESULT = Path(__file__).parent / "results" / "packing.json"
LAYERS = {"LSTM": nn.LSTM, "GRU": nn.GRU}
INPUT_SIZE, HIDDEN_SIZE = 32, 64


def lengths_of(data, batches):
    """Lengths (batches, B) of real sequences: of words, B = 128, or of vowels, B = 32."""
    if data == "words":
        found = encode(load_stress().train.texts[: 128 * batches])[1]
        return found.reshape(batches, 128)
    return load_vowels().test.lengths[: 32 * batches].reshape(batches, 32)


def prepare(kind, data, batches):
    """The three passes as functions without arguments; each returns the number of real steps."""
    rng = np.random.default_rng(0)
    layer = LAYERS[kind](INPUT_SIZE, HIDDEN_SIZE, batch_first=True, bidirectional=True)
    mixed = lengths_of(data, batches)
    pool = mixed.ravel()
    alike = [pool[rows] for rows in equal_length_batches(pool, mixed.shape[1])]

    def drawn(rows):
        x = rng.standard_normal((len(rows), rows.max(), INPUT_SIZE)).astype(np.float32)
        return torch.from_numpy(x), torch.from_numpy(rows)

    mixed, alike = ([drawn(rows) for rows in each] for each in (mixed, alike))

    def run(inputs, use_lengths):
        for x, lengths in inputs:
            layer.zero_grad()
            outputs, _ = run_recurrent(layer, x, lengths if use_lengths else None)
            outputs.sum().backward()
        return sum(int(lengths.sum()) for _, lengths in inputs)

    return {
        "padded": lambda: run(mixed, False),
        "packed": lambda: run(mixed, True),
        "equal lengths": lambda: run(alike, True),
    }


def measure(kind, data, batches, rounds):
    """Time the three in turn: best and median in milliseconds, ratio of the best to padded."""
    ways = prepare(kind, data, batches)
    for run in ways.values():
        run()  # the first call pays for what is loaded or planned once
    times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, run in ways.items():
            start = time.perf_counter()
            run()
            times[name].append(1e3 * (time.perf_counter() - start))
    lengths = lengths_of(data, batches)
    return {
        "layer": kind,
        "data": data,
        "batches": list(lengths.shape),
        "padding": round(1 - lengths.sum() / (lengths.max(1) * lengths.shape[1]).sum(), 3),
        "rounds": rounds,
        "best_ms": {name: round(min(t), 2) for name, t in times.items()},
        "median_ms": {name: round(statistics.median(t), 2) for name, t in times.items()},
        "ratio": {name: round(min(t) / min(times["padded"]), 3) for name, t in times.items()},
    }


def measure_all(rounds=9):
    """Both layers on both data, printed line by line to stderr."""
    use_one_thread()
    cases = []
    for kind in LAYERS:
        for data, batches in (("words", 20), ("vowels", 11)):
            cases.append(measure(kind, data, batches, rounds))
            print(kind, data, cases[-1]["ratio"], file=sys.stderr, flush=True)
    return cases


def main():
    result = {
        "command": "python -m benchmarks.packing",
        "machine": describe(),
        "cases": measure_all(),
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(f"Written to {RESULT}", file=sys.stderr)


if __name__ == "__main__":
    main()
