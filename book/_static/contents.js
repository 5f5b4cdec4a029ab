// The list of contents keeps the section in sight that the reader is in.
{
  const box = document.querySelector(".bd-sidebar-secondary");
  const follow = () => {
    const active = [...box.querySelectorAll(".nav-link.active")].at(-1);
    if (!active || box.scrollHeight <= box.clientHeight) return;
    const [inner, outer] = [active.getBoundingClientRect(), box.getBoundingClientRect()];
    const middle = inner.top - outer.top - outer.height / 2;
    if (inner.top < outer.top + 60 || inner.bottom > outer.bottom - 40) box.scrollBy({ top: middle });
  };
  if (box) new MutationObserver(follow).observe(box, { subtree: true, attributeFilter: ["class"] });
}
