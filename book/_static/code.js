// Code can be put away on all pages at once, and long code is cut to its first lines until asked for.
{
  const page = document.documentElement.dataset;
  const button = document.querySelector(".code-switch");
  const say = () => {
    const hidden = page.code === "hidden";
    button.textContent = hidden ? "Show code" : "Hide code";
  };
  if (button) {
    say();
    button.addEventListener("click", () => {
      page.code = page.code === "hidden" ? "shown" : "hidden";
      localStorage.setItem("code", page.code);
      say();
    });
  }

  for (const cell of document.querySelectorAll(".long-code")) {
    const more = document.createElement("button");
    more.type = "button";
    more.className = "more-code";
    const turn = () => {
      const open = cell.classList.toggle("open");
      more.textContent = open ? "Show less" : `Show all ${cell.dataset.lines} lines`;
      more.setAttribute("aria-expanded", open);
    };
    cell.classList.add("open");
    turn();
    more.addEventListener("click", () => {
      turn();
      if (!cell.classList.contains("open")) cell.scrollIntoView({ block: "nearest" });
    });
    cell.append(more);
  }
}
