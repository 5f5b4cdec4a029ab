"""Folded code says what it does, and long code is marked."""

from tools.website.folds import LONG, label, with_names


def cell(code, tags="", fold=True):
    details = (
        '<details class="admonition hide above-input">\n<summary aria-label="x">\n'
        '<p class="collapsed admonition-title">Show code cell source</p>\n</summary>\n'
    )
    return (
        f'<div class="cell {tags} docutils container">\n{details if fold else ""}'
        '<div class="cell_input docutils container">\n<div class="highlight-ipython3 notranslate">'
        f'<div class="highlight"><pre>{code}\n</pre></div>\n</div>\n</div>\n'
        f"{'</details>' if fold else ''}</div>"
    )


def test_a_fold_says_what_the_first_comment_says():
    page = with_names(cell('<span class="c1"># Draw the figure</span>\ndraw()', "tag_hide-input"))
    assert '<span class="fold-name">Draw the figure</span>' in page
    assert "2 lines" in page
    assert "Show code" not in page


def test_a_set_up_cell_says_so():
    assert label("tag_hide-input tag_set-up", "# anything\nimport numpy") == "Set-up"


def test_without_a_comment_it_says_what_is_shown():
    assert label("tag_hide-input", "draw()") == "Code"
    assert label("tag_hide-input", "draw()", draws=True) == "Code of the figure"


def test_only_long_visible_code_is_cut():
    long, short = "x = 1\n" * LONG + "y = 2", "x = 1\n" * (LONG - 1) + "y = 2"
    assert f'data-lines="{LONG + 1}"' in with_names(cell(long, fold=False))
    assert "long-code" not in with_names(cell(short, fold=False))
    assert "long-code" not in with_names(cell(long))
