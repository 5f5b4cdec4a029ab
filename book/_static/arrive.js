// A link lands on its target, also where something above it grows after the page has opened: a live
// figure that starts, a letter of another width. The target is put in its place again until the
// reader moves the page.
{
  const SETTLED = 15000; // milliseconds; what comes later moves nothing by itself
  const seen = new ResizeObserver(place);
  let goal = null;
  let until = 0;

  function place() {
    if (goal && performance.now() < until) goal.scrollIntoView({ behavior: "instant" });
    else leave();
  }

  function leave() {
    goal = null;
    seen.disconnect();
  }

  function arrive() {
    leave();
    goal = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    until = performance.now() + SETTLED;
    if (!goal) return;
    seen.observe(document.body); // the page may become longer below its last section, too
    const article = document.querySelector(".bd-article");
    if (article) seen.observe(article);
  }

  for (const move of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(move, leave, { capture: true, passive: true });
  }
  addEventListener("hashchange", arrive);
  arrive();
}
