"""Which lists become questions that answer in the page."""

from tools.website.quiz import with_choices


def question(letters="abc", right="b"):
    items = "".join(f"<li><p>({one}) Choice {one}.</p></li>\n" for one in letters)
    return (
        f'<ul class="simple">\n{items}</ul>\n<details class="sd-sphinx-override sd-dropdown">'
        f'<summary>Answer</summary><div class="sd-summary-content docutils">\n'
        f'<p class="sd-card-text">({right}). Because.</p></div></details>'
    )


def test_a_list_with_its_answer_is_a_question():
    page = with_choices(question())
    assert '<ul class="choices" data-right="b">' in page
    assert page.count('<span class="choice">(') == 3


def test_each_question_has_its_own_answer():
    page = with_choices(question(right="a") + "<p>Two.</p>" + question(right="c"))
    assert page.index('data-right="a"') < page.index("Two.") < page.index('data-right="c"')


def test_what_is_no_question_stays():
    for page in (
        question().replace("(b). Because", "The second"),  # the answer names no choice
        question(right="d"),  # nor one of these
        question().replace("(a) Choice", "Choice"),  # a list without letters
        question().replace("<details", "<p>Between.</p><details"),
    ):
        assert with_choices(page) == page


def test_it_is_done_once():
    assert with_choices(with_choices(question())) == with_choices(question())
