"""From what length on does a parallel scan pay? One layer, three ways to find its states.

`python -m benchmarks.scan`, about two minutes. Writes results/scan.json.

One forward and one backward pass (gradients of the inputs and of all parameters, an upstream
gradient on every output) in float32 on one thread, NumPy, CPU time:

* steps: a minGRU as it reads, `step` after `step`, a product for each;
* loop: all products at once, then h = a ⊙ h + b, step after step;
* scan: all products at once, then the scan in log₂ T rounds;
* LSTM: `src.equations.fast.FastLSTM` of the same size, which has no choice.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.machine import describe, use_one_thread
from src.equations.fast import FastLSTM
from src.equations.layer import RecurrentLayer
from src.equations.variants import MinGRU, linear_recurrence

RESULT = Path(__file__).parent / "results" / "scan.json"
SIZES = {"one sequence, 32 units": (1, 32), "32 sequences, 32 units": (32, 32)}
LENGTHS = (8, 16, 32, 64, 128, 256, 512, 1024, 2048)
INPUT_SIZE = 16


def prepare(batch_size: int, hidden_size: int, T: int) -> dict[str, Callable[[], np.ndarray]]:
    """The ways as functions without arguments; each returns ∂L/∂x."""
    rng = np.random.default_rng(0)
    kinds = {
        kind: kind.initialize(INPUT_SIZE, hidden_size, rng=rng, dtype=np.float32)
        for kind in (MinGRU, FastLSTM)
    }
    scan, lstm = kinds[MinGRU], kinds[FastLSTM]
    loop = MinGRU(scan.parameters)
    loop.recurrence = linear_recurrence
    x = rng.standard_normal((batch_size, T, INPUT_SIZE)).astype(np.float32)
    d_outputs = rng.standard_normal((batch_size, T, hidden_size)).astype(np.float32)

    def steps() -> np.ndarray:
        *_, tape = RecurrentLayer.forward(scan, x)
        return RecurrentLayer.backward(scan, tape, d_outputs).x

    def whole(layer: RecurrentLayer) -> np.ndarray:
        return layer.backward(layer.forward(x)[2], d_outputs).x

    return {
        "steps": steps,
        "loop": lambda: whole(loop),
        "scan": lambda: whole(scan),
        "LSTM": lambda: whole(lstm),
    }


def measure(size: str, T: int, rounds: int) -> dict:
    """Time the ways in turn: best and median CPU time in milliseconds."""
    ways = prepare(*SIZES[size], T)
    for run in ways.values():
        run()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, run in ways.items():
            start = time.process_time()
            run()
            times[name].append(1e3 * (time.process_time() - start))
    return {
        "size": size,
        "T": T,
        "rounds": rounds,
        "best_ms": {name: round(min(t), 3) for name, t in times.items()},
        "median_ms": {name: round(statistics.median(t), 3) for name, t in times.items()},
    }


def main() -> None:
    use_one_thread()
    cases = []
    for size in SIZES:
        for T in LENGTHS:
            cases.append(measure(size, T, rounds=max(5, min(40, 4096 // T))))
            print(size, T, cases[-1]["best_ms"], file=sys.stderr, flush=True)
    result = {"command": "python -m benchmarks.scan", "machine": describe(), "cases": cases}
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    print(f"Written to {RESULT}", file=sys.stderr)


if __name__ == "__main__":
    main()
