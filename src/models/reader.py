"""The small networks of `experiments/reader.py`, which read words letter by letter, in NumPy."""

import torch
from safetensors.torch import load_file

from src.equations import GRU, LSTM
from src.equations.readout import Linear
from src.results import RESULTS

FILES = {"lstm": "reader", "gru": "reader-gru"}


def load_reader(kind: str) -> tuple[LSTM | GRU, Linear]:
    """The trained reader's layer and its readout, in float64.

    Args:
        kind: "lstm" or "gru".

    Returns:
        The layer, D = 26 one-hot letters, H = 24 units, and the readout of its hidden state to
        the logits of 12 stress patterns.

    Raises:
        ValueError: another kind.
    """
    if kind not in FILES:
        raise ValueError(f"kind must be one of {', '.join(FILES)}, got {kind!r}")
    weights = {
        name: tensor.double()
        for name, tensor in load_file(RESULTS / f"{FILES[kind]}.safetensors").items()
    }
    hidden_size, input_size = weights[f"{kind}.weight_hh_l0"].shape[1], 26
    module = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](
        input_size, hidden_size, dtype=torch.float64
    )
    prefix = f"{kind}."
    module.load_state_dict(
        {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}
    )
    layer = (LSTM if kind == "lstm" else GRU).from_torch(module)
    readout = {"weight_out": weights["fc.weight"], "bias_out": weights["fc.bias"]}
    return layer, Linear({name: tensor.numpy() for name, tensor in readout.items()})
