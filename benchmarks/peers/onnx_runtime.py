"""ONNX Runtime, with ONNX's own recurrent operators."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from benchmarks.peers.cases import Case
from src.equations import LSTM, flip_update_gate

NAME = f"ONNX Runtime {onnxruntime.__version__}"
OPSET = 22


def blocks(weight: np.ndarray, order: list[int]) -> np.ndarray:
    """The row blocks of a weight (or bias) in another order, with ONNX's axis of directions."""
    return np.concatenate([np.split(weight, len(order))[k] for k in order])[None]


def weights(case: Case) -> tuple[str, dict[str, np.ndarray], dict[str, int]]:
    """The operator, its W, R and B, and its attributes."""
    p, attributes = case.layer.parameters, {"hidden_size": case.layer.hidden_size}
    if isinstance(case.layer, LSTM):
        operator, order = "LSTM", [0, 3, 1, 2]  # i, f, c, o become i, o, f, c
    elif "bias_reset" in p or hasattr(case.layer, "reset_after"):
        operator, order = "GRU", [1, 0, 2]  # r, z, n become z, r, h
        attributes["linear_before_reset"] = int(case.layer.reset_after)
        p = flip_update_gate(p)  # ONNX keeps the old state with z, we take the new one
    else:
        operator, order = "RNN", [0]
    inside = np.zeros_like(p["bias"])
    if "bias_reset" in p:
        inside[-case.layer.hidden_size :] = p["bias_reset"]
    both = np.concatenate([blocks(p["bias"], order), blocks(inside, order)], axis=1)
    return (
        operator,
        {"W": blocks(p["weight_ih"], order), "R": blocks(p["weight_hh"], order), "B": both},
        attributes,
    )


def answer(case: Case, coupled: bool = False) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Outputs (B, T, H) and the last states (B, H), as ONNX Runtime computes them."""
    operator, arrays, attributes = weights(case)
    if coupled:
        attributes["input_forget"] = 1
    lstm = operator == "LSTM"
    names = ["X", "W", "R", "B", "lengths", "h_0"] + ["C_0"] * lstm
    outputs = ["Y", "Y_h"] + ["Y_c"] * lstm
    node = helper.make_node(operator, names, outputs, **attributes)
    values = arrays | {
        "X": case.x.transpose(1, 0, 2),
        "lengths": case.lengths.astype(np.int32),
        "h_0": case.state[0][None],
    }
    if lstm:
        values["C_0"] = case.state[1][None]
    kinds = {name: TensorProto.INT32 if name == "lengths" else TensorProto.FLOAT for name in names}
    graph = helper.make_graph(
        [node],
        operator,
        [helper.make_tensor_value_info(n, kinds[n], list(values[n].shape)) for n in names],
        [
            helper.make_tensor_value_info(n, TensorProto.FLOAT, [None] * (4 if n == "Y" else 3))
            for n in outputs
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    Y, *last = session.run(None, {name: np.ascontiguousarray(values[name]) for name in names})
    return Y[:, 0].transpose(1, 0, 2), tuple(part[0] for part in last)
