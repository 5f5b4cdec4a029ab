/**
 * Brings the anywidgets of a page to life without a kernel.
 *
 * A notebook stores each widget's state, and with it the widget's own front end: the
 * ES module `_esm` and the style sheet `_css` (https://anywidget.dev/en/afm/). This script
 * reads that state and renders every widget view of the page into the place of its script tag.
 * Widgets of one model share it, as they do in Jupyter. Python callbacks do not run here: a
 * widget that must answer on the website computes its answer in `_esm`.
 *
 * What a reader has set stands in the address (`#word=photograph&letter=7`), so that it can be
 * linked. A phrase of the text with `data-set` sets it too (see tools/website/live.py).
 */
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

  /** The part of anywidget's model that needs no kernel: get, set, save_changes, on, off, send. */
  class Model {
    constructor(state) {
      this.state = state;
      this.changed = new Set();
      this.events = new EventTarget();
      this.listeners = [];
    }
    get(name) {
      return this.state[name];
    }
    set(name, value) {
      if (this.state[name] === value) return;
      this.state[name] = value;
      this.changed.add(name);
      this.emit(`change:${name}`, value);
    }
    save_changes() {
      if (!this.changed.size) return;
      this.changed.clear();
      this.emit("change");
    }
    on(event, callback) {
      const listener = ({ detail }) => callback(...detail);
      this.listeners.push({ event, callback, listener });
      this.events.addEventListener(event, listener);
    }
    off(event, callback) {
      this.listeners = this.listeners.filter((known) => {
        const stays =
          (event && known.event !== event) || (callback && known.callback !== callback);
        if (!stays) this.events.removeEventListener(known.event, known.listener);
        return stays;
      });
    }
    emit(event, ...detail) {
      this.events.dispatchEvent(new CustomEvent(event, { detail }));
    }
    send() {} // a message to the kernel: nobody listens
  }

  /** Load a model's front end once: `{ model, render }`. */
  async function load({ state }) {
    const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
    const { default: exported } = await import(url);
    URL.revokeObjectURL(url);
    if (state._css) {
      document.head.append(Object.assign(document.createElement("style"), { textContent: state._css }));
    }
    const widget = typeof exported === "function" ? await exported() : exported;
    const model = new Model({ ...state });
    await widget.initialize?.({ model });
    return { model, render: widget.render };
  }

  const models = [];
  const isPlain = (value) => ["string", "number"].includes(typeof value);

  /** Set the traits that a text such as "word=photograph&letter=7" names; the models it is for. */
  function setFrom(text) {
    const wanted = [...new URLSearchParams(text)];
    return models.filter(({ model }) => {
      const mine = wanted.filter(([name]) => !name.startsWith("_") && isPlain(model.get(name)));
      for (const [name, value] of mine) {
        const number = typeof model.get(name) === "number";
        if (!number || Number.isFinite(Number(value))) model.set(name, number ? Number(value) : value);
      }
      model.save_changes();
      return mine.length;
    });
  }

  /** Keep in the address what differs from the page as it was written. */
  let waiting;
  function keepAddress() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const changed = new URLSearchParams();
      for (const { model, written } of models) {
        for (const [name, value] of Object.entries(model.state)) {
          if (!name.startsWith("_") && isPlain(value) && value !== written[name]) {
            changed.set(name, value);
          }
        }
      }
      const { pathname, search } = location;
      history.replaceState(null, "", changed.size ? `#${changed}` : pathname + search);
    }, 300);
  }

  /** A model has come to life: bring it to the address, then keep the address. */
  function join(model, el) {
    models.push({ model, el, written: { ...model.state } });
    setFrom(location.hash.slice(1));
    model.on("change", keepAddress);
  }
  addEventListener("hashchange", () => setFrom(location.hash.slice(1)));

  for (const phrase of document.querySelectorAll("button[data-set]")) {
    phrase.addEventListener("click", () => {
      const [first] = setFrom(phrase.dataset.set);
      if (!first) return;
      const { top, bottom } = first.el.getBoundingClientRect();
      if (bottom < 120 || top > innerHeight - 120) first.el.scrollIntoView({ block: "nearest" });
    });
    phrase.disabled = false;
  }

  const read = (script) => JSON.parse(script.textContent);
  const saved = {};
  for (const script of document.querySelectorAll(STATE)) Object.assign(saved, read(script).state);

  const loaded = {};
  for (const script of document.querySelectorAll(VIEW)) {
    const id = read(script).model_id;
    if (!saved[id]?.state._esm) continue; // not an anywidget: the static twin beside it stays
    const el = Object.assign(document.createElement("div"), { className: "widget" });
    script.replaceWith(el);
    loaded[id] ??= load(saved[id]);
    loaded[id].then(({ model, render }) => {
      render?.({ model, el });
      if (models.every((known) => known.model !== model)) join(model, el);
    }).catch((error) => {
      el.textContent = "This interactive figure could not start in your browser.";
      console.error(error);
    });
  }
})();
