/**
 * Brings the anywidgets of a page to life without a kernel.
 *
 * A notebook stores each widget's state, and with it the widget's own front end: the
 * ES module `_esm` and the style sheet `_css` (https://anywidget.dev/en/afm/). This script
 * reads that state and renders every widget view of the page into the place of its script tag.
 * Widgets of one model share it, as they do in Jupyter. Python callbacks do not run here: a
 * widget that must answer on the website computes its answer in `_esm`.
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
    loaded[id].then(({ model, render }) => render?.({ model, el })).catch((error) => {
      el.textContent = "This interactive figure could not start in your browser.";
      console.error(error);
    });
  }
})();
