"""`LexiconSeq2Seq` is tested with the other wirings; here, that its dictionary stays as it is."""

import torch

from src.models.lexicon_seq2seq import LexiconSeq2Seq


def test_the_dictionary_is_stored_and_not_trained():
    lexicon = torch.eye(6)
    model = LexiconSeq2Seq(lexicon, 4, 8)
    assert "lexicon" in model.state_dict()
    assert all(p is not model.lexicon for p in model.parameters())
    model(torch.ones(1, 3, dtype=torch.long), torch.ones(1, 2, dtype=torch.long)).sum().backward()
    assert torch.equal(model.lexicon, lexicon)
