"""The search: 25 questions of readers, asked at the address that `make book` prints."""

import pytest

FIRST = 3
# What is typed, and the section that has to be among the first three; a whole chapter (html$) or a
# term of the glossary where that is the answer.
QUESTIONS = {
    "forget gate": "2-lstm/open-the-cell.html#three-gates-one-candidate",
    "backpropagation": "1-memory/unroll.html#back-through-time-in-full",
    "back-propagation": "1-memory/unroll.html#back-through-time-in-full",
    "BPTT": "1-memory/unroll.html#back-through-time-in-full",
    "vanishing gradient": "1-memory/fade.html#before-training-it-is-the-matrix",
    "clipping": "1-memory/explode.html#clipping",
    "cell state": "2-lstm/open-the-cell.html#a-second-lane",
    "half-life": "glossary.html#term-half-life",
    "peephole": "glossary.html#term-peephole",
    "reset gate": "3-gru/open-the-gru-cell.html#what-the-gates-do",
    "update gate": "3-gru/open-the-gru-cell.html#three-things-a-state-should-be-able-to-do",
    "lstm or gru": "3-gru/lstm-or-gru.html$",
    "bidirectional": "glossary.html#term-bidirectional",
    "padding": "4-pytorch/variable-lengths.html#backwards-the-padding-comes-first",
    "packed sequence": "4-pytorch/variable-lengths.html#pack",
    "nn.LSTM batch_first": "4-pytorch/from-equations.html#one-step-three-loops",
    "dropout": "4-pytorch/training-tips.html#dropout-and-where-it-acts",
    "early stopping": "4-pytorch/classify.html#the-training-loop",
    "attention pooling": "4-pytorch/attention-pooling.html$",
    "teacher forcing": "5-seq2seq/encode-decode.html#teacher-forcing-and-the-shift-by-one",
    "scheduled sampling": "5-seq2seq/encode-decode.html#two-tricks-five-seeds",
    "attention over the source": "5-seq2seq/attend.html$",
    "beam search": "5-seq2seq/decode.html#keep-k-prefixes",
    "forgt gate": "2-lstm/open-the-cell.html#three-gates-one-candidate",
    "atention": "4-pytorch/attention-pooling.html$",
}
ANSWER = """([query]) => new Promise((done) => {
    const field = document.querySelector("#search-page-input");
    const list = document.querySelector(".search-page .found");
    const look = () => list.dataset.for === query && done(
        [...list.children].map((one) => ({
            address: one.querySelector("a").getAttribute("href"),
            excerpt: one.querySelector("p").textContent,
            marked: one.querySelectorAll("mark").length,
        })));
    new MutationObserver(look).observe(list, { attributes: true, attributeFilter: ["data-for"] });
    field.value = query;
    field.dispatchEvent(new Event("input"));
})"""


@pytest.fixture(scope="module")
def ask(browser, site):
    """The function that types a query on the search page, opened as a file."""
    tab = browser.new_page()
    errors = []
    tab.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto((site / "search.html").as_uri())
    yield lambda query: tab.evaluate(ANSWER, [query])
    tab.close()
    assert errors == []


@pytest.mark.parametrize("query", QUESTIONS)
def test_the_place_is_among_the_first_three(ask, query):
    found = [hit["address"] for hit in ask(query)[:FIRST]]
    assert any(QUESTIONS[query] in f"{address}$" for address in found), found


def test_the_chapter_that_opens_the_cell_comes_first(ask):
    assert "2-lstm/open-the-cell.html" in ask("forget gate")[0]["address"]


def test_one_word_in_two_spellings_finds_the_same(ask):
    one, other = ask("backpropagation"), ask("back-propagation")
    assert [hit["address"] for hit in one] == [hit["address"] for hit in other]


def test_an_excerpt_is_a_sentence_with_the_word(ask):
    for query in ("forget gate", "beam search", "padding"):
        for hit in ask(query)[:5]:
            assert hit["marked"], hit
            assert not any(word in hit["excerpt"] for word in (".pdf", "Contents", "Show code"))


def test_results_lead_to_sections(ask):
    assert sum("#" in hit["address"] for hit in ask("forget gate")[:10]) >= 8


def test_what_is_nowhere_is_not_found(ask):
    assert ask("zymurgy quokka") == []


def test_nothing_is_marked_on_the_pages_that_follow(address, browser):
    tab = browser.new_page()
    tab.goto(address + "search.html?q=forget+gate")
    tab.locator(".found a").first.click()
    tab.wait_for_url("**/book/**")
    assert "highlight=" not in tab.url
    assert not tab.locator(".bd-article .highlighted, .bd-article mark").count()
    tab.close()


def test_the_dialogue_answers_while_one_types(address, browser):
    tab = browser.new_page()
    tab.goto(address + "book/2-lstm/open-the-cell.html")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("beam sear")
    first = tab.locator(".search-button__search-container .found a").first
    first.wait_for()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/book/**decode.html*")
    tab.close()


@pytest.mark.parametrize("where", ["search.html?q=forget+gate", "book/index.html"])
def test_the_first_letter_is_not_covered(address, browser, where):
    tab = browser.new_page()
    tab.goto(address + where)
    tab.keyboard.press("Control+k")
    field = tab.locator("input[name=q] >> visible=true")
    box = field.bounding_box()
    at = [box["x"] + 20, box["y"] + box["height"] / 2]
    assert field.evaluate("(one, at) => one === document.elementFromPoint(...at)", at)
    tab.close()
