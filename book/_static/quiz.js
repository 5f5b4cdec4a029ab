// Questions answer in the page: each choice's letter becomes a button (see tools/website/quiz.py), and
// a wrong choice shows what the answer says about it.

// The sentences of an answer, each a list of nodes: words, formulas, code.
function sentences(answer) {
  const found = [];
  for (const paragraph of answer.querySelectorAll("p")) {
    found.push([]);
    for (const node of paragraph.childNodes) {
      const pieces = node.nodeType === Node.TEXT_NODE ? node.data.split(/(?<=[.!?;]) +/) : [node];
      pieces.forEach((piece, place) => {
        if (place) found.push([]);
        found.at(-1).push(typeof piece === "string" ? document.createTextNode(`${piece} `) : piece.cloneNode(true));
      });
    }
  }
  return found;
}

for (const [number, list] of document.querySelectorAll("ul.choices").entries()) {
  const verdict = document.createElement("p");
  verdict.className = "verdict";
  verdict.setAttribute("role", "status"); // a screen reader says what appears here
  list.after(verdict);
  const fold = verdict.nextElementSibling;
  const about = (letter) =>
    sentences(fold).filter((nodes) => nodes.some((node) => node.textContent.includes(letter)));

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
      const name = button.textContent;
      const right = name[1] === list.dataset.right;
      item.dataset.verdict = right ? "right" : "wrong";
      verdict.dataset.verdict = item.dataset.verdict;
      const reasons = right ? [] : about(name);
      if (right) verdict.textContent = `${name} is right.`;
      else verdict.textContent = reasons.length ? `${name} is not it. ` : `${name} is not it. Try another, or open the answer.`;
      verdict.append(...reasons.map((nodes) => {
        const reason = Object.assign(document.createElement("span"), { className: "reason" });
        reason.append(...nodes, " ");
        return reason;
      }));
      if (right && fold?.matches("details")) fold.open = true;
    });
  }
}
