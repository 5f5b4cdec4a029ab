"""Every chapter is in the table of contents and keeps every rule; and every rule can fail."""

import base64
import copy
import functools
import io

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from tools.book import ROOT, notebooks, pages
from tools.chapter_rules import LAYOUT_TAGS, RULES, rules_for
from tools.execute import is_normalised
from tools.normalise import normalise, read

BOOK = ROOT / "book"
TEMPLATE = BOOK / "template.ipynb"  # of a chapter; no page of the book
NOTEBOOKS = [
    path
    for path in sorted(BOOK.rglob("*.ipynb"))
    if ".ipynb_checkpoints" not in path.parts and path != TEMPLATE
]


def names(paths):
    return sorted(str(path.relative_to(BOOK)) for path in paths)


def test_every_notebook_is_in_the_table_of_contents_and_the_other_way_round():
    assert names(notebooks()) == names(NOTEBOOKS)


def test_every_page_is_in_the_table_of_contents_once():
    written = [path for path in BOOK.rglob("*.md") if ".ipynb_checkpoints" not in path.parts]
    assert names(page for page in pages() if page.suffix == ".md") == names(written)
    assert len(set(pages())) == len(pages())


notebook_of = functools.cache(read)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        pytest.param(path, rule, id=f"{path.relative_to(BOOK)}-{rule.__name__}")
        for path in NOTEBOOKS
        for rule in rules_for(path)
    ],
)
def test_chapter_keeps_the_rule(path, rule):
    assert rule(notebook_of(path), path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_file_is_normalised(path):
    assert is_normalised(path), "run `make execute` on it"


def test_a_page_behind_has_fewer_rules_than_a_chapter():
    assert rules_for(BOOK / "1-memory" / "unroll.ipynb") == RULES
    behind = rules_for(BOOK / "behind" / "how-we-compare.ipynb")
    assert set(behind) < set(RULES)
    assert {"executed", "title", "figures", "outputs"} <= {rule.__name__ for rule in behind}


# Each rule can fail. A small notebook keeps all of them; each mutation breaks one.

ALT = "Two curves over a hundred steps: the first falls to zero at once, the second stays near one."


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def exercise(label, stars):
    return [
        new_markdown_cell(
            f"```{{exercise}} {stars} Try it\n:label: ex-{label}\n\nWhat is left?\n```\n\n"
            f"````{{solution-start}} ex-{label}\n:class: dropdown\n````\n\nHalf of it."
        ),
        new_code_cell(f"print('half of what was there is left, as in {label}: True')"),
        new_markdown_cell("The other half is gone.\n\n````{solution-end}\n````"),
    ]


def answer(number):
    return f"**{number}. Is it kept?**\n\n- yes\n- no\n\n```{{dropdown}} Answer\nNo, half is.\n```"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chapter")
    (folder / "cell.svg").touch()
    return folder


@pytest.fixture(scope="module")
def good():
    """A chapter with everything that the rules ask for, and no more."""
    figure = new_output("display_data", data={"image/png": png(), "text/plain": "<Figure>"})
    cells = [
        new_markdown_cell("# Keep a memory\n\nOne sentence that says why."),
        new_markdown_cell(
            "```{admonition} In this chapter\n:class: chapter-box\n\n**You will be able to**\n\n"
            "- keep\n- erase\n- write\n\n**You need**\n\n- [the notation](notation.md) (helpful)"
            "\n\n**Time**: 5 minutes to read, 5 seconds to run.\n```"
        ),
        new_code_cell(
            "import numpy as np\n\nfrom src.figures import start_chapter\n\nstart_chapter()",
            metadata={"tags": ["set-up", "hide-input"]},
        ),
        new_markdown_cell(
            f"```{{figure}} cell.svg\n:name: fig-first\n:alt: {ALT}\n\nA first look.\n```"
        ),
        new_markdown_cell(
            "```{margin}\nSome call it a unit.\n```\n\n"
            "## The idea\n\nFrom {cite}`hochreiter1997`:\n\n$$\nC = f\n$$ (eq-keep)\n\n"
            f"```{{figure}} cell.svg\n:name: fig-cell\n:alt: {ALT}\n\nThe cell.\n```"
        ),
        new_code_cell(
            "# Draw the figure\ndraw()",
            metadata={"mystnb": {"image": {"alt": ALT}}, "tags": ["hide-input"]},
            outputs=[figure, new_output("stream", name="stdout", text="f = 0.731\n")],
        ),
        new_markdown_cell("## Where it goes wrong\n\nThere.\n\n## Exercises"),
        *exercise("one", "★"),
        *exercise("two", "★★"),
        *exercise("three", "★★★"),
        new_markdown_cell("## Check yourself\n\n" + "\n\n".join(map(answer, (1, 2, 3)))),
        new_markdown_cell("## Summary\n\nAll.\n\n## Further reading\n\n{cite:t}`elman1990`."),
    ]
    code = (cell for cell in cells if cell.cell_type == "code")
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
    return normalise(new_notebook(cells=cells))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_good_chapter_keeps_the_rule(good, folder, rule):
    assert rule(good, folder / "good.ipynb") == []


# rule, what to replace everywhere in the notebook's text, by what
REPLACEMENTS = [
    ("title", "One sentence that says why.", ""),
    ("title", "# Keep a memory", "## Keep a memory"),
    ("title", "## The idea", "# The idea"),
    ("box", "chapter-box", "note"),
    ("box", "In this chapter", "Overview"),
    ("box", "- keep\n", "- keep\n- a\n- b\n"),
    ("box", "- keep\n- erase", "- keep"),
    ("box", "(helpful)", ""),
    ("box", "[the notation](notation.md)", "the notation"),
    ("box", "5 seconds to run", "a moment to run"),
    ("box", "5 seconds to run", "91 seconds to run"),
    ("imports", "start_chapter()", "print()"),
    ("imports", "import numpy as np", "import numpy as np\nx = np.ones(3)"),
    ("folds", "# Draw the figure\n", ""),
    ("folds", "# Draw the figure", "#"),
    ("chapter_measure", "5 minutes to read", "10 minutes to read"),
    ("chapter_measure", "From {cite}", "word " * 1960 + "From {cite}"),
    ("chapter_measure", "## The idea", "## The idea\n\n" + "$$\na\n$$\n\n" * 8),
    ("ending", "## Summary", "## Conclusion"),
    ("ending", "## Check yourself", "### Check yourself"),
    ("ending", "## Further reading", "## Further reading\n\n## And more"),
    ("exercises", "★★★ Try", "★★★★ Try"),
    ("exercises", "★★★ Try", "Try"),
    ("exercises", "ex-two", "ex-one"),
    ("exercises", "{solution-start} ex-two", "{solution-start} ex-one"),
    ("exercises", "{solution-end}", "{note}"),
    ("exercises", "ex-two\n:class: dropdown", "ex-two"),
    ("exercises", "{exercise} ★★★", "{note} ★★★"),
    ("questions", "{dropdown}", "{note}"),
    ("questions", "No, half is.", ""),
    ("equations", "$$ (eq-keep)", "$$"),
    ("equations", "## The idea", "$$\na\n$$ (eq-keep)\n\n## The idea"),
    ("citations", "hochreiter1997", "nobody1997"),
    ("citations", "{cite", "{ref"),
    ("figures", ALT, "The cell."),
    ("figures", "cell.svg", "gone.svg"),
    ("figures", f":alt: {ALT}\n", ""),
    ("figures", "## The idea", "## The idea\n\n![A cell](cell.svg)"),
    ("side_notes", "Some call it a unit.", "Some call it a unit. " * 20),
    ("side_notes", "Some call it a unit.", "# Names\n\nSome call it a unit."),
    ("side_notes", "Some call it a unit.", "$$\nC\n$$"),
    ("side_notes", "Half of it.", "Half.\n\n````{note}\n```{margin}\nMore.\n```\n````"),
    ("tags", "draw()", "draw()  # NBVAL_IGNORE_OUTPUT"),
    ("semicolons", "draw()", "draw();"),
    ("finished", "There.", "TODO: say where."),
    ("finished", "There.", "Lorem ipsum dolor."),
]


@pytest.mark.parametrize(("name", "old", "new"), REPLACEMENTS)
def test_rule_sees_changed_text(good, folder, name, old, new):
    notebook = copy.deepcopy(good)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
        if alt := cell.metadata.get("mystnb", {}).get("image", {}).get("alt"):
            cell.metadata.mystnb.image.alt = alt.replace(old, new)
    assert broken(notebook, folder, name)


def empty_solution(notebook):
    first = next(i for i, cell in enumerate(notebook.cells) if "solution-start" in cell.source)
    del notebook.cells[first + 1]
    notebook.cells[first].source = notebook.cells[first].source.replace("Half of it.", "")
    notebook.cells[first + 1].source = "````{solution-end}\n````"


def print_instead(text, name="stdout"):
    def change(notebook):
        notebook.cells[5].outputs[1].update(text=text, name=name)

    return change


def long_code(cell):
    """151 lines of code before the exercises."""

    def change(notebook):
        notebook.cells.insert(cell, new_code_cell("x = 1\n" * 151))

    return change


MUTATIONS = [
    ("executed", lambda notebook: notebook.cells[5].update(execution_count=None)),
    ("executed", lambda notebook: notebook.cells[5].update(execution_count=1)),
    ("executed", lambda notebook: notebook.cells.pop(2)),
    ("normalised", lambda notebook: notebook.cells[0].update(id="random")),
    ("normalised", lambda notebook: notebook.metadata.update(author="me")),
    ("title", lambda notebook: notebook.cells.pop(0)),
    ("title", lambda notebook: notebook.cells.clear()),
    ("box", lambda notebook: notebook.cells.pop(1)),
    ("box", lambda notebook: notebook.cells.clear()),
    ("imports", lambda notebook: notebook.cells.clear()),
    ("imports", lambda notebook: notebook.cells[2].metadata.tags.remove("set-up")),
    ("imports", lambda notebook: notebook.cells[2].metadata.tags.remove("hide-input")),
    ("first_screen", lambda notebook: notebook.cells.pop(3)),
    ("first_screen", lambda notebook: notebook.cells.insert(3, notebook.cells.pop(4))),
    ("first_screen", lambda notebook: notebook.cells.insert(1, new_markdown_cell("Before."))),
    ("first_screen", lambda notebook: notebook.cells.insert(1, new_code_cell("x = 1"))),
    ("chapter_measure", long_code(6)),
    ("exercises", empty_solution),
    ("figures", lambda notebook: notebook.cells[5].metadata.clear()),
    ("figures", lambda notebook: notebook.cells[5].outputs.append(notebook.cells[5].outputs[0])),
    ("tags", lambda notebook: notebook.cells[5].metadata.tags.append("nbval-skip")),
    ("tags", lambda notebook: notebook.cells[5].metadata.tags.append("raises-exception")),
    ("outputs", lambda notebook: notebook.cells[5].outputs.append(new_output("error", ename="E"))),
    ("outputs", print_instead("a warning", name="stderr")),
    ("outputs", print_instead("saved to /home/me/model.bin")),
    ("outputs", print_instead("/x/lib/python3.11/site-packages/torch/nn.py")),
    ("outputs", print_instead("<object at 0x7fa42f5d79d0>")),
    ("outputs", print_instead("on 2026-11-22")),
    ("outputs", print_instead("at 23:59:01")),
    ("outputs", print_instead("took 1.3 s")),
    ("outputs", print_instead("took 250 ms")),
    ("outputs", print_instead("took 12 seconds")),
    ("outputs", print_instead("100%|████| 3/3 [00:01<00:00, 2.90it/s]")),
    ("outputs", print_instead("torch 2.13.0")),
]


@pytest.mark.parametrize(("name", "change"), MUTATIONS)
def test_rule_sees_changed_notebook(good, folder, name, change):
    notebook = copy.deepcopy(good)
    change(notebook)
    assert broken(notebook, folder, name)


def broken(notebook, folder, name):
    """The problems that the rule of this name finds."""
    return next(rule for rule in RULES if rule.__name__ == name)(notebook, folder / "good.ipynb")


def test_every_rule_has_a_notebook_that_breaks_it():
    proved = {name for name, *_ in [*REPLACEMENTS, *MUTATIONS]}
    assert proved == {rule.__name__ for rule in RULES}


def test_picture_may_stand_before_the_box(good, folder):
    notebook = copy.deepcopy(good)
    title, box, set_up, picture = notebook.cells[:4]
    notebook.cells[:4] = [title, set_up, picture, box]
    assert broken(notebook, folder, "first_screen") == []


def test_a_folded_cell_that_draws_is_a_picture(good, folder):
    notebook = copy.deepcopy(good)
    notebook.cells[3] = notebook.cells[5]
    assert broken(notebook, folder, "first_screen") == []
    notebook.cells[3].metadata.tags.remove("hide-input")
    assert broken(notebook, folder, "first_screen")


def test_failure_says_what_is_wanted(good, folder):
    notebook = copy.deepcopy(good)
    notebook.cells.pop()
    (problem,) = broken(notebook, folder, "ending")
    assert "in this order: ## Where it goes wrong, ## Exercises, ## Check yourself" in problem
    notebook.cells[2].metadata.tags.clear()
    (problem,) = broken(notebook, folder, "imports")
    assert "['hide-input', 'set-up']" in problem


# rule, what to replace, by what, and what the failure asks for
WANTED = [
    ("exercises", "{exercise} ★★★", "{note} ★★★", "must stand 3 to 6 exercises; there are 2"),
    ("exercises", "★★★ Try", "Try", "must begin with ★, ★★ or ★★★"),
    ("exercises", ":label: ex-two", ":label: two", "a label of its own, ':label: ex-...'"),
    ("exercises", "{solution-start} ex-two", "{solution-start} ex-2", "must stand its solution"),
    ("exercises", "ex-two\n:class: dropdown", "ex-two", "ex-two needs the line ':class: dropdown'"),
    ("questions", "No, half is.", "", "at least 3 questions, each with its answer"),
    ("equations", "$$ (eq-keep)", "$$", "must be numbered: '$$ (eq-...)'"),
    ("citations", "hochreiter1997", "nobody1997", "add nobody1997 to book/references.bib"),
    ("citations", "{cite", "{ref", "must be cited: {cite:t}"),
    ("figures", ALT, "The cell.", "at least 60 characters, not 'The cell.'"),
    ("figures", "cell.svg", "gone.svg", "gone.svg must exist"),
    ("side_notes", "Some call it a unit.", "Some call it a unit. " * 20, "may have 60 words"),
    ("tags", "draw()", "draw()  # NBVAL_SKIP", "give its reason in ALLOWED_TAGS"),
    ("semicolons", "draw()", "draw();", "end with plt.show()"),
    ("finished", "There.", "TODO: say where.", "finish what is marked 'TODO'"),
]


@pytest.mark.parametrize(("name", "old", "new", "wanted"), WANTED)
def test_failure_of_a_text_says_what_is_wanted(good, folder, name, old, new, wanted):
    notebook = copy.deepcopy(good)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    assert wanted in "\n".join(broken(notebook, folder, name))


def test_an_empty_solution_is_named(good, folder):
    notebook = copy.deepcopy(good)
    empty_solution(notebook)
    assert "the solution of ex-one must have at least 60 characters, words and code; it has 0" in (
        broken(notebook, folder, "exercises")
    )


@pytest.mark.parametrize(
    "text", ["accuracy 0.984", "300 steps", "H = 24, 4896 weights", "[0.1 0.9]"]
)
def test_ordinary_output_is_allowed(good, folder, text):
    notebook = copy.deepcopy(good)
    print_instead(text)(notebook)
    assert broken(notebook, folder, "outputs") == []


def test_layout_tags_do_not_hide_outputs_from_the_check():
    assert not [tag for tag in LAYOUT_TAGS if tag.startswith("nbval") or "exception" in tag]
