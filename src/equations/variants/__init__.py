"""What became of the cell: parts left out, gates that see only the input, more memory.

The LSTM with peepholes is older than the others and stands in `src.equations.history.peephole`.
"""

from src.equations.variants.coupled import CoupledLSTM
from src.equations.variants.layer_norm import LayerNormLSTM
from src.equations.variants.left_out import NoForgetGateLSTM, NoOutputGateLSTM
from src.equations.variants.min_gru import MinGRU, SignedMinGRU
from src.equations.variants.min_lstm import MinLSTM
from src.equations.variants.mlstm import MLSTM
from src.equations.variants.scan import linear_recurrence, parallel_scan
from src.equations.variants.slstm import SLSTM

__all__ = [
    "MLSTM",
    "SLSTM",
    "CoupledLSTM",
    "LayerNormLSTM",
    "MinGRU",
    "MinLSTM",
    "NoForgetGateLSTM",
    "NoOutputGateLSTM",
    "SignedMinGRU",
    "linear_recurrence",
    "parallel_scan",
]
