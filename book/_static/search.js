// The search: results by section, as one types, in the dialogue (Ctrl+K) and on the search page. The
// index (tools/website/search.py) and MiniSearch, which ranks, come when a reader first asks.
{
  const ROOT = document.documentElement.dataset.content_root;
  const ENOUGH = { dialogue: 8, page: 40 };
  const EXCERPT = 190; // characters
  const SMALL = new Set("a an and are as at be by do does for how in is it of on or the to what when why with".split(" "));

  // One spelling for each word: small letters, no plural s, -ise as -ize. What is written with a
  // hyphen is also found in one word, or in two.
  const stem = (word) =>
    word.replace(/[’']s?$/, "").replace(/is(e|ed|es|er|ers|ing|ation)$/, "iz$1").replace(/([^siu])s$/, "$1");
  const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+(?:[-.’'][\p{L}\p{N}_]+)*/gu) ?? [];
  const parts = (word) => word.split(/[-._]/).filter(Boolean);
  const inIndex = (text) =>
    words(text).flatMap((word) => {
      const pieces = parts(word);
      return pieces.length > 1 ? [pieces.join(""), ...pieces] : pieces;
    });
  const inQuery = (text) => words(text).map((word) => parts(word).join(""));
  const spelt = (text) => inQuery(text).map(stem).join(" ");

  let asked = null;
  const loaded = (name) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = `${ROOT}_static/${name}`;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });

  function index() {
    return (asked ??= Promise.all([loaded("minisearch/minisearch.js"), loaded("search-index.js")]).then(() => {
      const engine = new MiniSearch({
        fields: ["title", "page", "text", "names"],
        tokenize: inIndex,
        processTerm: (word) => (SMALL.has(word) ? null : stem(word)),
        searchOptions: {
          tokenize: inQuery,
          boost: { title: 4, page: 3, text: 2, names: 0.5 },
          prefix: (word, place, all) => place === all.length - 1 && word.length > 2,
          fuzzy: (word) => (word.length > 3 ? 1 : false),
          weights: { fuzzy: 0.2, prefix: 0.5 },
        },
      });
      engine.addAll(searchSections.map((one, id) => ({ ...one, id, text: one.sentences.join(" ") })));
      return engine;
    }));
  }

  // The pages that the glossary names where it explains a term: there the term is at home.
  function homes(query) {
    const wanted = spelt(query);
    const asked = (term) => term === wanted || (wanted.length > 5 && term.startsWith(wanted));
    return searchSections.filter((one) => one.kind === "term" && asked(spelt(one.title))).flatMap((one) => one.leads_to);
  }

  async function find(query) {
    const engine = await index();
    const phrase = ` ${spelt(query)} `;
    const home = homes(query);
    const bonus = (id) => {
      const one = searchSections[id];
      const has = (text) => ` ${spelt(text)} `.includes(phrase);
      let factor = { chapter: 1.5, around: 0.4, term: 0.8, page: 1 }[one.kind];
      if (has(one.title)) factor *= 2;
      else if (one.sentences.some(has)) factor *= 1.5;
      if (home.some((page) => one.address.startsWith(`${page}.html`))) factor *= 3;
      return factor;
    };
    const ask = (combineWith) => engine.search(query, { combineWith });
    let hits = ask("AND");
    if (hits.length < 3) hits = [...hits, ...ask("OR").filter((hit) => hits.every((one) => one.id !== hit.id))];
    return hits
      .map((hit) => ({ ...searchSections[hit.id], score: hit.score * bonus(hit.id), terms: hit.terms }))
      .sort((one, other) => other.score - one.score);
  }

  // The text with the words that were asked for marked.
  function marked(element, text, wanted) {
    for (const piece of text.split(/(\s+)/)) {
      const found = inIndex(piece).some((word) => wanted.has(stem(word)));
      element.append(found ? Object.assign(document.createElement("mark"), { textContent: piece }) : piece);
    }
    return element;
  }

  // The sentence with most of the words, shortened around the first of them.
  function excerpt(sentences, wanted) {
    const worth = (sentence) =>
      new Set(inIndex(sentence).map(stem).filter((word) => wanted.has(word))).size + (sentence.length > 40 ? 0.5 : 0);
    const best = sentences.reduce((one, other) => (worth(other) > worth(one) ? other : one), sentences[0] ?? "");
    const pieces = best.split(" ");
    const first = Math.max(0, pieces.findIndex((piece) => inIndex(piece).some((word) => wanted.has(stem(word)))));
    let from = best.length > EXCERPT ? first : 0;
    while (from > 0 && pieces.slice(from, first).join(" ").length < EXCERPT / 3) from -= 1;
    let to = from;
    while (to < pieces.length && pieces.slice(from, to).join(" ").length < EXCERPT) to += 1;
    return `${from ? "… " : ""}${pieces.slice(from, to).join(" ")}${to < pieces.length ? " …" : ""}`;
  }

  function shown(hit) {
    const wanted = new Set(hit.terms);
    const item = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: ROOT + hit.address });
    item.append(marked(link, hit.title, wanted));
    if (hit.title !== hit.page) {
      item.append(Object.assign(document.createElement("span"), { className: "found-in", textContent: hit.page }));
    }
    item.append(marked(document.createElement("p"), excerpt(hit.sentences, wanted), wanted));
    return item;
  }

  // A field, its list, and a line that says how many there are.
  function connect(form, enough) {
    const field = form.querySelector("input[name=q]");
    const list = Object.assign(document.createElement("ol"), { className: "found" });
    const said = Object.assign(document.createElement("p"), { className: "found-count" });
    said.setAttribute("role", "status");
    form.after(said, list);
    let turn = 0;

    async function answer() {
      const query = field.value.trim();
      const mine = (turn += 1);
      const hits = query.length > 1 ? await find(query) : [];
      if (mine !== turn) return; // the reader has typed on
      list.replaceChildren(...hits.slice(0, enough).map(shown));
      list.dataset.for = query;
      if (query.length < 2) said.textContent = "";
      else if (!hits.length) said.textContent = "Nothing found. Try a shorter word, or another one for it.";
      else said.textContent = hits.length > enough ? `The best ${enough} of ${hits.length} sections` : `${hits.length} section${hits.length > 1 ? "s" : ""}`;
    }

    field.addEventListener("focus", index, { once: true });
    field.addEventListener("input", answer);
    form.parentElement.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      const places = [field, ...list.querySelectorAll("a")];
      places[places.indexOf(document.activeElement) + step]?.focus();
      event.preventDefault();
    });
    return { field, answer };
  }

  const dialogue = document.querySelector(".search-button__search-container form");
  if (dialogue) connect(dialogue, ENOUGH.dialogue);
  const page = document.querySelector(".search-page form");
  if (page) {
    const { field, answer } = connect(page, ENOUGH.page);
    field.value = new URLSearchParams(location.search).get("q") ?? "";
    field.focus();
    answer();
  }
}
