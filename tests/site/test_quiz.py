"""Every chapter asks a question that answers a click and a key, and waits for neither."""

import pytest

from tools.book import ROOT, chapters

CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]
PAGE = "book/2-lstm/open-the-cell.html"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_asks(site, chapter):
    page = (site / chapter).read_text(encoding="utf-8")
    assert '<ul class="choices"' in page
    assert "quiz.js" in page


def test_the_keyboard_answers(address, browser):
    tab = browser.new_page()
    tab.goto(address + PAGE)
    question = tab.locator(".choices").first
    verdict, answer = tab.locator(".verdict").first, tab.locator(".choices ~ details").first
    assert verdict.inner_text() == ""
    question.get_by_role("button").first.focus()
    tab.keyboard.press("Enter")
    assert "not it" in verdict.inner_text()
    assert answer.get_attribute("open") is None
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    assert "(c) is right" in verdict.inner_text()
    assert answer.get_attribute("open") is not None
    name = question.locator("li").last.aria_snapshot()
    assert "The candidate is added to it" in name
    tab.close()


def test_a_click_anywhere_on_the_choice_answers(address, browser):
    tab = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    tab.goto(address + PAGE)
    tab.get_by_text("The candidate is added to it.").tap()
    assert "right" in tab.locator(".verdict").first.inner_text()
    tab.close()


def test_without_scripts_there_is_a_list_and_its_answer(address, browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address + PAGE)
    assert tab.locator(".choices li").first.text_content().startswith("(a) ")
    assert not tab.locator(".choices button").count()
    tab.locator(".choices ~ details summary").first.click()
    tab.get_by_text("Open gates do not choose").wait_for(state="visible")
    context.close()
