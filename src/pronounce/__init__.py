"""The long-trained model as a thing to use: words in, their most probable pronunciations out."""

from src.pronounce.pronouncer import Answer, Pronouncer

__all__ = ["Answer", "Pronouncer"]
