"""What makes a plain RNN's gradient vanish, the matrix or the slopes of the tanh?

The RNN of `experiments.memory` (64 units, default or orthogonal weights) is trained on the adding
problem at 100 steps, which it does not learn: 0, 100, 800 or 4,000 updates, five seeds. Then the
product of the Jacobians J_t = diag(1 − h_t²) W_h is taken over such sequences, with the slopes
1 − h_t² and without them, and the factor that each step contributes to it is stored. Trained in
float32, measured in float64. About three minutes on one core.
"""

import numpy as np

from experiments.adding import SETTINGS
from experiments.memory import LENGTH, MODELS, in_dtype
from experiments.shared import runner
from src.equations import RNN
from src.equations.initialization import spectral_radius
from src.tasks.adding import adding_modern
from src.training.adding import train_to_add

PACKAGES = ("numpy",)  # what the numbers depend on
STARTS = {"default": "RNN", "orthogonal": "RNN orthogonal"}
UPDATES = (0, 100, 800, 4000)
SEEDS = range(5)
SEQUENCES = 16


def cell(start: str, updates: int, seed: int, length: int = LENGTH) -> dict:
    """The settings of one network: how it starts, and for how long it is trained."""
    name = f"{start}-{updates}-{seed}"
    return (
        {"id": name, "start": start, "seed": seed, "length": length}
        | SETTINGS
        | {"updates": updates}
    )


CELLS = [cell(start, n, seed) for seed in SEEDS for n in UPDATES for start in STARTS]
QUICK = cell("default", 20, 99, length=10)


def slopes_of(layer: RNN, x: np.ndarray) -> np.ndarray:
    """The slopes of the tanh, 1 − h_t² = 1 / cosh² a_t, at every step: (T, B, H).

    In this form they keep their digits where h_t rounds to 1.
    """
    W_x, W_h, b = (layer.parameters[name] for name in ("weight_ih", "weight_hh", "bias"))
    h, slopes = np.zeros((len(x), layer.hidden_size)), []
    for t in range(x.shape[1]):
        a = x[:, t] @ W_x.T + h @ W_h.T + b
        h = np.tanh(a)
        slopes.append(1 / np.cosh(a) ** 2)
    return np.array(slopes)


def factor_per_step(slopes: np.ndarray, W_h: np.ndarray) -> float:
    """(‖J_T ⋯ J_1‖ / ‖1‖)^(1/T), Frobenius norms, for one sequence with slopes (T, H)."""
    product, log_norm = np.eye(len(W_h)) / np.sqrt(len(W_h)), 0.0
    for slope in slopes:
        product = slope[:, None] * (W_h @ product)
        norm = np.linalg.norm(product)
        product, log_norm = product / norm, log_norm + np.log(norm)
    return float(np.exp(log_norm / len(slopes)))


def rounded(value: float) -> float:
    """Four significant digits are enough, and small in a file."""
    return float(f"{value:.4g}")


def run(cell: dict) -> dict:
    """Train one network, if it is to be trained, and take its product of Jacobians apart."""
    rng = np.random.default_rng(cell["seed"])
    layer = MODELS[STARTS[cell["start"]]](rng)
    x = adding_modern(rng, SEQUENCES, cell["length"]).inputs
    if cell["updates"]:
        layer = in_dtype(layer, np.float32)
        settings = {name: cell[name] for name in SETTINGS}
        train_to_add(layer, cell["length"], rng=rng, progress=True, **settings)
        layer = in_dtype(layer, np.float64)
    W_h = layer.parameters["weight_hh"]
    slopes = slopes_of(layer, x)
    by_sequence = [factor_per_step(slopes[:, b], W_h) for b in range(len(x))]
    return {
        "spectral_radius": rounded(spectral_radius(W_h)),
        "largest_singular_value": rounded(np.linalg.norm(W_h, 2)),
        "median_slope": rounded(np.median(slopes)),
        "factor_with_slopes": rounded(np.exp(np.mean(np.log(by_sequence)))),
        "factor_without_slopes": rounded(factor_per_step(np.ones_like(slopes[:, 0]), W_h)),
    }


if __name__ == "__main__":
    runner.main("saturation", CELLS, run, QUICK, packages=PACKAGES)
