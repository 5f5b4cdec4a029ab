"""Train `Seq2SeqLSTM` to continue a series of real values, and measure it year by year.

What the decoder reads in training decides what it learns to cope with ::

    read_t = own output of step t-1   with the probability p
             true value of step t-1   else

p = 0 is teacher forcing, p = 1 free running, and a p that grows during the training is scheduled
sampling (Bengio et al. 2015). They do not send a gradient through what is sampled; an output that
is a real number is not sampled, and the gradient goes through it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from src.models import Seq2SeqLSTM
from src.tasks.sunspots import SpanData, Spans, rmse_by_step
from src.training.fit import History, fit


def read_own(
    model: Seq2SeqLSTM, src: Tensor, tgt: Tensor, probability: float, rng: np.random.Generator
) -> Tensor:
    """Decode, reading with some probability what was just said instead of the truth.

    Args:
        model: encodes and steps.
        src: (B, S, D).
        tgt: (B, T, O).
        probability: drawn anew for every step of every sequence.
        rng: draws.

    Returns:
        Outputs, (B, T, O).
    """
    state, x, outputs = model.encode(src), torch.zeros_like(tgt[:, 0]), []
    for truth in tgt.unbind(1):
        output, state = model.step(x, state)
        outputs.append(output)
        own = torch.from_numpy(rng.random(len(truth)) < probability)[:, None]
        x = torch.where(own, output, truth)
    return torch.stack(outputs, dim=1)


def fit_forecaster(
    model: Seq2SeqLSTM,
    data: SpanData,
    *,
    probability: Callable[[float], float],
    updates: int,
    batch_size: int,
    rng: np.random.Generator,
    **settings: Any,
) -> History:
    """Train on squared errors; keep the weights with the least error on validation, free running.

    Args:
        model: of one input and one output; trained in place.
        data: spans of a series.
        probability: of reading its own output, from the part of the training done, 0 to 1.
        updates: of the weights.
        batch_size: spans, drawn without replacement within a batch.
        rng: draws batches and what is read.
        settings: other arguments of `fit`.

    Returns:
        What happened; the scores are minus the error in sunspots.

    Raises:
        ValueError, FloatingPointError: from `fit`.
    """
    src, tgt = tensors(data.train)
    rows = (rng.choice(len(src), batch_size, replace=False) for _ in range(updates))

    def loss(model: Seq2SeqLSTM, numbered: tuple[int, np.ndarray]) -> Tensor:
        step, rows = numbered
        p = probability(step / updates)
        if p == 0:
            return mse_loss(model(src[rows], tgt[rows]), tgt[rows])
        return mse_loss(read_own(model, src[rows], tgt[rows], p, rng), tgt[rows])

    def score(model: Seq2SeqLSTM) -> float:
        return -over_all_steps(errors(model, data.validation)["free"])

    return fit(model, loss, enumerate(rows), score, updates=updates, rng=rng, **settings)


@torch.no_grad()
def forecast(model: Seq2SeqLSTM, spans: Spans, *, teacher: bool = False) -> np.ndarray:
    """Forecast all steps (N, T) from the inputs alone, or each with the truth before it."""
    src, tgt = tensors(spans)
    outputs = model(src, tgt) if teacher else model.generate(src, tgt.shape[1])
    return outputs[:, :, 0].double().numpy()


def errors(model: Seq2SeqLSTM, spans: Spans) -> dict[str, np.ndarray]:
    """Root mean squared error of each step ahead, in sunspots: "free" running and "teacher" forced.

    The first entries are equal: at the first step both read the same zeros.
    """
    return {
        "free": rmse_by_step(forecast(model, spans), spans),
        "teacher": rmse_by_step(forecast(model, spans, teacher=True), spans),
    }


def tensors(spans: Spans) -> tuple[Tensor, Tensor]:
    """Return inputs (N, S, 1) and targets (N, T, 1), float32."""
    src, tgt = (torch.from_numpy(part[..., None].astype(np.float32)) for part in spans[:2])
    return src, tgt


def over_all_steps(by_step: np.ndarray) -> float:
    """Join the errors of single steps to one root mean squared error."""
    return float(np.sqrt(np.mean(np.square(by_step))))
