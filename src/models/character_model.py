"""A language model of characters: which one comes next, after all that was read?

    ids (B, T) → embedding (B, T, E) → RNN, LSTM or GRU (B, T, H) → logits (B, T, V)

The logits of step t, through a softmax, are the distribution of the character t + 1.
"""

from torch import Tensor, nn

from src.models.sequences import check_tokens
from src.modules.checks import check_sizes

State = Tensor | tuple[Tensor, Tensor]
LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


class CharacterModel(nn.Module):
    """Reads characters and, at each, scores what may come next.

    Args:
        layer: "RNN", "LSTM" or "GRU".
        vocab_size: V, number of different characters.
        embed_dim: E.
        hidden_size: H.

    Raises:
        TypeError, ValueError: a size that is not a positive int; another name of a layer.
    """

    def __init__(self, layer: str, vocab_size: int, embed_dim: int, hidden_size: int):
        super().__init__()
        if layer not in LAYERS:
            raise ValueError(f"layer must be one of {', '.join(LAYERS)}, got {layer!r}")
        check_sizes(vocab_size=vocab_size, embed_dim=embed_dim, hidden_size=hidden_size)
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.recurrent = LAYERS[layer](embed_dim, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Score the next character after each one read.

        Args:
            ids: (B, T) int64 in 0..V-1.
            state: what the last call returned; zeros if None.

        Returns:
            Logits (B, T, V), and the state after the last character: h (1, B, H), or (h, c).

        Raises:
            TypeError, ValueError: for ids of a wrong kind, shape or range.
        """
        ids = check_tokens(ids, self.embedding.num_embeddings)
        outputs, state = self.recurrent(self.embedding(ids), state)
        return self.output(outputs), state


def detach(state: State) -> State:
    """Keep a state's values and cut it from the graph: no gradient flows further back."""
    return state.detach() if isinstance(state, Tensor) else (state[0].detach(), state[1].detach())
