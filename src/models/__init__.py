"""Models built of `torch.nn`'s recurrent layers, and their initial weights."""

from src.models.aligned_seq2seq import AlignedSeq2Seq
from src.models.attention_seq2seq import AttentionSeq2Seq
from src.models.classifiers import GRUClassifier, LSTMClassifier
from src.models.initialization import initialize_parameters
from src.models.pooling import AttentionLSTM, PooledClassifier
from src.models.seq2seq import Seq2SeqLSTM
from src.models.token_seq2seq import TokenSeq2Seq

__all__ = [
    "AlignedSeq2Seq",
    "AttentionLSTM",
    "AttentionSeq2Seq",
    "GRUClassifier",
    "LSTMClassifier",
    "PooledClassifier",
    "Seq2SeqLSTM",
    "TokenSeq2Seq",
    "initialize_parameters",
]
