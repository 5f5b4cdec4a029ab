"""Models built of `torch.nn`'s recurrent layers, and their initial weights."""

from src.models.attention_seq2seq import AttentionSeq2Seq
from src.models.classifiers import GRUClassifier, LSTMClassifier
from src.models.initialization import initialize_parameters
from src.models.pooling import AttentionLSTM, PooledClassifier
from src.models.seq2seq import Seq2SeqLSTM

__all__ = [
    "AttentionLSTM",
    "AttentionSeq2Seq",
    "GRUClassifier",
    "LSTMClassifier",
    "PooledClassifier",
    "Seq2SeqLSTM",
    "initialize_parameters",
]
