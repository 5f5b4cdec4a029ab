"""The messages and their split: every sentence tested once, and no near-duplicate in training."""

import numpy as np
import pytest

from src.tasks.catalogues import entries, messages
from src.tasks.lexicon import fit_lexicon
from src.tasks.translation import (
    END,
    FOLDS,
    UNKNOWN,
    Pair,
    encode_sentences,
    is_sentence,
    load_translations,
    near_duplicates,
    number_placeholders,
    split_words,
    vocabulary,
)


def test_fuzzy_and_untranslated_entries_are_left_out_and_plurals_come_on_request():
    catalogue = (
        'msgid "Yes"\nmsgstr "Oui"\n\n#, fuzzy\nmsgid "No"\nmsgstr "Nom"\n\nmsgid "Maybe"\n'
        'msgstr ""\n\nmsgid "a day"\nmsgid_plural "days"\nmsgstr[0] "un jour"\nmsgstr[1] "jours"\n'
    )
    assert list(entries(catalogue)) == [("Yes", "Oui")]
    plural = [("a day", "un jour"), ("days", "jours")]
    assert list(entries(catalogue, plurals=True)) == [("Yes", "Oui"), *plural]


def test_a_language_without_a_catalogue_is_named():
    with pytest.raises(ValueError, match="'xx'"):
        next(messages("xx"))


def test_words_placeholders_and_elisions():
    assert split_words("L’utilisateur {1} n’existe pas.") == (
        *("l’", "utilisateur", "{1}", "n’", "existe", "pas", "."),
    )
    french, english = number_placeholders("%(b)s de %(a)s", "%(a)s of %(b)s")
    assert (french, english) == ("{1} de {2}", "{2} of {1}")


def test_every_sentence_is_tested_once_and_phrases_only_train():
    tested = [pair for fold in range(FOLDS) for pair in load_translations(fold).test]
    assert len(tested) == len(set(tested)) == 287
    assert all(map(is_sentence, tested))
    for fold in range(FOLDS):
        data = load_translations(fold)
        assert not set(data.train) & set(data.test)
        assert len(data.train) + len(data.test) == 780


def test_no_near_duplicate_of_a_test_sentence_is_trained_on():
    def words(sentence):
        return {word for word in sentence if word[0].isalpha()}

    for fold in range(FOLDS):
        data = load_translations(fold)
        sentences = [pair for pair in data.train if is_sentence(pair)]
        for pair in data.test:
            for other in sentences:
                for a, b in zip(map(words, pair), map(words, other), strict=True):
                    assert 3 * len(a & b) < 2 * len(a | b)


def test_near_duplicates_are_joined_through_others():
    def pair(text):
        return Pair(tuple(text.split()), tuple(text.upper().split()))

    groups = near_duplicates([pair("a b c d"), pair("a b c d e"), pair("x y z"), pair("b c d e f")])
    assert groups[0] == groups[1] == groups[3] != groups[2]


def test_sentences_are_numbered_and_ended():
    words = vocabulary([("b", "a"), ("a",)])
    tokens, lengths = encode_sentences([("a", "b"), ("new",)], words)
    assert tokens.tolist() == [[4, 5, END], [UNKNOWN, END, 0]]
    assert lengths.tolist() == [3, 2]


def test_a_fold_out_of_range_is_refused():
    with pytest.raises(ValueError, match="fold must be 0 to 4, got 5"):
        load_translations(5)


def test_the_lexicon_finds_the_words_of_a_small_language():
    # 4 with 14, 5 with 15, 6 with 16, in changing order and company
    french = np.array([[4, 5], [6, 5], [4, 6], [6, 0]])
    english = np.array([[15, 14], [15, 16], [16, 14], [16, 0]])
    lexicon = fit_lexicon(french, english, (7, 17), rounds=20)
    assert lexicon[4:7].argmax(1).tolist() == [14, 15, 16]
    np.testing.assert_allclose(lexicon[4:7].sum(1), 1)
    with pytest.raises(ValueError, match="rounds"):
        fit_lexicon(french, english, (7, 17), rounds=0)
    with pytest.raises(ValueError, match="4 and 3"):
        fit_lexicon(french, english[:3], (7, 17))
