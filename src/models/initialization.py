"""Initial weights of whole models, drawn from a NumPy generator."""

from typing import TypeVar

import numpy as np
import torch
from torch import nn

from src.modules import LSTM
from src.modules.initialization import check_rng, draw_normal, draw_uniform, set_forget_bias
from src.modules.stack import RecurrentStack

Model = TypeVar("Model", bound=nn.Module)


def initialize_parameters(
    module: Model, rng: np.random.Generator, forget_bias: float | None = None
) -> Model:
    """Draw every parameter from the distribution that `torch.nn` gives it.

        embedding            N(0, 1), the row of `padding_idx` zero
        linear               U(-1/√D, 1/√D), D inputs
        RNN, LSTM, GRU       U(-1/√H, 1/√H), H hidden units; `torch.nn`'s and ours alike

    The draws come from NumPy, in float64, in the order of `module.modules()`: a run starts from
    the same numbers on any CPU.

    Args:
        module: any module whose parameters belong to these kinds.
        rng: `numpy.random.Generator`.
        forget_bias: total bias of the forget gates of every LSTM inside; None leaves them as drawn.

    Returns:
        The module.

    Raises:
        TypeError: for a kind of parameter not listed, or an rng of another type.
        ValueError: if forget_bias is given and there is no LSTM (with biases) to give it to.
    """
    check_rng(rng)
    lstms = []
    for name, part in module.named_modules():
        own = dict(part.named_parameters(recurse=False))
        if isinstance(part, nn.Embedding):
            draw_normal(part.weight, rng)
            if part.padding_idx is not None:
                with torch.no_grad():
                    part.weight[part.padding_idx] = 0
        elif isinstance(part, nn.Linear):
            for parameter in own.values():
                draw_uniform(parameter, part.in_features**-0.5, rng)
        elif isinstance(part, (nn.RNNBase, RecurrentStack)):
            for parameter in own.values():
                draw_uniform(parameter, part.hidden_size**-0.5, rng)
        elif own:
            raise TypeError(
                f"module must be built of Embedding, Linear, RNN, LSTM and GRU, got parameters "
                f"{', '.join(own)} of {type(part).__name__} at {name!r}"
            )
        if isinstance(part, (nn.LSTM, LSTM)):
            lstms.append(part)
    if forget_bias is not None:
        if not lstms:
            raise ValueError(f"forget_bias needs an LSTM, got {type(module).__name__} without one")
        for lstm in lstms:
            set_forget_bias(lstm, forget_bias)
    return module
