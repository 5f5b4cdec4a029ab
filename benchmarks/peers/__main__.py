"""Compare src with other engines and print the table: `make peers`.

Exits with status 1 where one differs by more than the bound.
"""

import sys

import jiwer
import numpy as np
import rapidfuzz

from benchmarks.peers import keras_layers, onnx_runtime
from benchmarks.peers.cases import cases
from src.equations import LSTM
from src.evaluation.error_rates import edit_distance, error_rates

KINDS = ("RNN", "LSTM", "GRU, reset before", "GRU, reset after")
BOUND = 5e-6  # float32; sums are taken in another order


def layers(engine, kind: str) -> tuple[int, float]:
    """How many arrays were compared, and the largest difference."""
    differences = []
    for case in cases(kind):
        outputs, last = engine.answer(case)
        pairs = [(outputs, case.outputs), *zip(last, case.last, strict=True)]
        differences += [float(np.abs(theirs - ours).max()) for theirs, ours in pairs]
    return len(differences), max(differences)


def coupled_gates() -> tuple[int, float]:
    """ONNX's `input_forget`: our LSTM with the forget gate's weights minus the input gate's."""
    differences = []
    for case in cases("LSTM"):
        p = {name: value.copy() for name, value in case.layer.parameters.items()}
        H = case.layer.hidden_size
        for value in p.values():
            value[H : 2 * H] = -value[:H]  # f = σ(−a_i) = 1 − i
        ours, _, _ = LSTM(p).forward(case.x, case.state, case.lengths)
        theirs, _ = onnx_runtime.answer(case, coupled=True)
        differences.append(float(np.abs(theirs - ours).max()))
    return len(differences), max(differences)


def strings() -> tuple[int, float]:
    """Edit distances of random strings, against rapidfuzz."""
    rng = np.random.default_rng(0)
    pairs = [
        [rng.choice(list("abcd"), rng.integers(0, 9)).tolist() for _ in "ab"] for _ in range(3000)
    ]
    theirs = [rapidfuzz.distance.Levenshtein.distance(*pair) for pair in pairs]
    return len(pairs), max(abs(a - edit_distance(*b)) for a, b in zip(theirs, pairs, strict=True))


def rates() -> tuple[int, float]:
    """Phoneme error rates of small corpora, against jiwer's WER over phonemes."""
    rng = np.random.default_rng(1)
    differences = []
    for _ in range(300):
        said, asked = (
            [tuple(rng.choice(list("KAETN"), rng.integers(1, 7))) for _ in range(5)] for _ in "ab"
        )
        theirs = jiwer.wer([" ".join(word) for word in asked], [" ".join(word) for word in said])
        ours = error_rates(said, [[word] for word in asked]).symbol
        differences.append(abs(theirs - ours))
    return len(differences), max(differences)


def rows():
    """Name of the engine, what is compared, how many comparisons, the largest difference."""
    for engine in (onnx_runtime, keras_layers):
        for kind in KINDS:
            yield engine.NAME, kind, *layers(engine, kind)
    yield onnx_runtime.NAME, "LSTM, coupled gates", *coupled_gates()
    yield f"rapidfuzz {rapidfuzz.__version__}", "edit distances", *strings()
    yield "jiwer", "phoneme error rates", *rates()


def main() -> int:
    """Print the table; return 1 if a row is above the bound."""
    worst = 0.0
    print(f"{'engine':26s}{'compared':24s}{'number':>7s}  largest difference")
    for engine, compared, number, difference in rows():
        print(f"{engine:26s}{compared:24s}{number:7d}  {difference:.1e}", flush=True)
        worst = max(worst, difference)
    print(f"all within {BOUND:g}: {worst <= BOUND}")
    return int(worst > BOUND)


if __name__ == "__main__":
    sys.exit(main())
