import sys

import numpy as np
import pytest

from src.tasks import languages
from src.tasks.catalogues import entries


@pytest.fixture(scope="module")
def data():
    return languages.load_languages()


def test_twenty_languages_of_about_the_same_size(data):
    counts = np.bincount(np.concatenate([part.labels for part in data[:3]]))
    assert len(counts) == len(data.languages) == 20
    assert counts.min() > 400
    assert counts.max() < 2 * counts.min()


def test_the_sets_share_no_text_and_no_set_repeats_one(data):
    sets = [set(part.texts) for part in data[:3]]
    assert [len(part.texts) for part in data[:3]] == [len(texts) for texts in sets]
    assert len(set.union(*sets)) == sum(map(len, sets))


def test_texts_are_short_and_of_letters(data):
    for part in data[:3]:
        assert all(3 <= len(text) <= 30 for text in part.texts)
        assert set("".join(part.texts)) <= set(data.alphabet)
    assert all(character.isalpha() or character == " " for character in data.alphabet)


def test_the_split_depends_on_its_seed_only(data):
    assert languages.load_languages(0).train.texts == data.train.texts
    assert languages.load_languages(1).train.texts != data.train.texts


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Geben Sie %(n)d gültige <i>Daten</i> ein!", "geben sie gültige daten ein"),
        ("Nom d’utilisateur&nbsp;:", "nom d utilisateur"),
        ("{} of %s", "of"),
        ("e\u0301te\u0301", "été"),
        ("x" * 29 + " and more", "x" * 29),
    ],
)
def test_simplify(message, text):
    assert languages.simplify(message) == text


def test_fuzzy_plural_and_untranslated_entries_are_left_out():
    catalogue = (
        'msgid ""\nmsgstr "Content-Type: text"\n\n'
        'msgid "Yes"\nmsgstr "Ja"\n\n'
        '#, fuzzy\nmsgid "No"\nmsgstr "Nej?"\n\n'
        'msgid "day"\nmsgid_plural "days"\nmsgstr[0] "dag"\n\n'
        'msgid "May"\nmsgstr ""\n\n'
        'msgid ""\n"a long "\n"one"\nmsgstr ""\n"en \\"lang\\" "\n"en"'
    )
    assert list(entries(catalogue)) == [("Yes", "Ja"), ("a long one", 'en "lang" en')]


def test_django_is_not_imported():
    assert "django" not in sys.modules
