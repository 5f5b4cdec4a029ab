// Questions answer in the page: each choice's letter becomes a button (see tools/website/quiz.py).
for (const [number, list] of document.querySelectorAll("ul.choices").entries()) {
  const verdict = document.createElement("p");
  verdict.className = "verdict";
  verdict.setAttribute("role", "status"); // a screen reader says what appears here
  list.after(verdict);

  for (const item of list.children) {
    const letter = item.querySelector(".choice");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "choice";
    button.textContent = letter.textContent;
    letter.replaceWith(button);
    item.id ||= `choice-${number}-${button.textContent[1]}`;
    button.setAttribute("aria-labelledby", item.id);

    item.addEventListener("click", (event) => {
      if (event.target.closest("a")) return;
      const right = button.textContent[1] === list.dataset.right;
      item.dataset.verdict = right ? "right" : "wrong";
      verdict.textContent = right
        ? `${button.textContent} is right.`
        : `${button.textContent} is not it. Try another, or open the answer.`;
      verdict.dataset.verdict = item.dataset.verdict;
      const fold = verdict.nextElementSibling;
      if (right && fold?.matches("details")) fold.open = true;
    });
  }
}
