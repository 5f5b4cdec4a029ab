// What a link points to, beside the link: the meaning of a word, an equation, a figure, a reference.
// A touch follows the link as ever.
{
  const WAIT = 250; // milliseconds that the pointer rests before the card comes
  const LEAVE = 200; // and to reach the card without losing it
  const TARGETS = ".math, figure, .exercise, .citation, dt";
  const card = document.createElement("div");
  card.className = "link-card";
  card.id = "link-card";
  card.setAttribute("role", "tooltip");
  card.hidden = true;
  let link = null;
  let timer = 0;

  function content(of) {
    if (of.dataset.card) return [of.dataset.card];
    const name = decodeURIComponent(of.hash.slice(1));
    const template = document.getElementById(`card-${name}`);
    if (template) return [template.content.cloneNode(true)];
    if (of.pathname !== location.pathname || !name) return null;
    const target = document.getElementById(name)?.closest(TARGETS);
    if (!target || target.closest("a") === of) return null;
    const copy = target.cloneNode(true);
    for (const one of [copy, ...copy.querySelectorAll("[id]")]) one.removeAttribute("id");
    copy.querySelectorAll("a.headerlink, button, script").forEach((one) => one.remove());
    copy.querySelectorAll("img").forEach((one) => one.setAttribute("loading", "eager"));
    return [copy];
  }

  function show(of) {
    const inside = content(of);
    if (!inside) return;
    hide();
    link = of;
    card.replaceChildren(...inside);
    card.hidden = false;
    link.setAttribute("aria-describedby", card.id);
    const [at, size] = [link.getClientRects()[0], card.getBoundingClientRect()];
    const below = at.bottom + size.height + 12 < innerHeight || at.top < size.height + 12;
    card.style.left = `${Math.max(8, Math.min(at.left - 12, innerWidth - size.width - 8))}px`;
    card.style.top = `${below ? at.bottom + 6 : at.top - size.height - 6}px`;
  }

  function hide() {
    clearTimeout(timer);
    link?.removeAttribute("aria-describedby");
    link = null;
    card.hidden = true;
  }

  const later = (what, time) => {
    clearTimeout(timer);
    timer = setTimeout(what, time);
  };
  for (const one of document.querySelectorAll(".bd-article a.reference")) {
    if (one.title && (one.matches(".glossary-term") || one.closest(".bibtex-citation"))) {
      one.dataset.card = one.title;
      one.removeAttribute("title");
    }
    if (!one.dataset.card && !one.hash) continue;
    one.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && later(() => show(one), WAIT));
    one.addEventListener("pointerleave", () => later(hide, LEAVE));
    one.addEventListener("focus", () => one.matches(":focus-visible") && show(one));
    one.addEventListener("blur", hide);
  }
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", () => later(hide, LEAVE));
  addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  addEventListener("scroll", () => link && !card.matches(":hover") && hide(), { passive: true });
  document.body.append(card);
}
