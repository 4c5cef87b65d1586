"use strict";
(() => {
  const find = (name, within = document) => within.querySelector(`[data-is="${name}"]`);
  const inside = (id) => document.getElementById(id).content;
  const shown = new WeakMap();

  // What is there already stays untouched, so nothing flickers and no selection is lost.
  const changed = (element, value) => {
    const now = JSON.stringify(value);
    if (shown.get(element) === now) return false;
    shown.set(element, now);
    return true;
  };
  const tell = (element, text) => {
    if (changed(element, text)) element.textContent = text;
  };
  const tellPieces = (element, pieces) => {
    element.hidden = pieces.length === 0;
    if (!changed(element, pieces)) return;
    element.replaceChildren(...pieces.map(([isCode, text]) => {
      const part = isCode ? document.createElement("code") : document.createTextNode("");
      part.textContent = text;
      return part;
    }));
  };
  const match = (list, items, keyOf, template, show) => {
    const wanted = new Map(items.map((item) => [keyOf(item), item]));
    const there = new Map([...list.children].map((child) => [child.dataset.key, child]));
    there.forEach((child, key) => { if (!wanted.has(key)) child.remove(); });
    let place = list.firstElementChild;
    wanted.forEach((item, key) => {
      const element = there.get(key) ?? inside(template).firstElementChild.cloneNode(true);
      if (element === place) place = place.nextElementSibling;
      else list.insertBefore(element, place);
      element.dataset.key = key;
      show(element, item);
    });
  };

  let rowsKnown = false;
  const news = [];
  const showRow = (element, row) => {
    const before = element.dataset.status;
    const ticked = rowsKnown ? before !== row.status : row.fresh;
    element.dataset.status = row.status;
    if (ticked || before !== row.status) element.className = `row is-${row.status}`;
    if (ticked) {
      void element.offsetWidth; // lets the animation begin anew
      element.classList.add("is-fresh");
      news.push(`${row.title}: ${row.word}, ${row.score}/${row.max_score}`);
    }
    find("icon", element).setAttribute("href", `#icon-${row.status}`);
    tell(find("name", element), row.title);
    tell(find("word", element), row.word);
    tell(find("points", element), row.score);
    tell(find("of", element), row.max_score);
  };

  const copy = async (button, code) => {
    const label = find("label", button);
    try {
      await navigator.clipboard.writeText(code.textContent);
      label.textContent = button.dataset.copied;
      find("told").textContent = button.dataset.copied;
      setTimeout(() => { label.textContent = button.dataset.copy; }, 2000);
    } catch {
      getSelection().selectAllChildren(code); // the keyboard can copy it from here
    }
  };
  const showCommand = (element, command) => {
    const code = find("code", element);
    tell(code, command);
    tell(find("what", element), ` ${command}`);
    element.querySelector("button").onclick = (event) => copy(event.currentTarget, code);
  };

  const showAlert = (element, alert) => {
    tell(find("heading", element), alert.title);
    tellPieces(find("message", element), alert.message);
    const actual = find("actual", element);
    actual.hidden = !alert.actual;
    tell(actual, alert.actual);
    tellPieces(find("hint", element), alert.hint);
  };

  const nothing = { title: "", message: [], hint: [], commands: [] };
  const showNext = (step) => {
    document.querySelector(".next").classList.toggle("is-done", !step);
    tell(find("step"), step ? step.title : inside("done").textContent);
    const { message, hint, commands } = step ?? nothing;
    const next = document.querySelector(".next");
    tellPieces(find("message", next), message);
    tellPieces(find("hint", next), hint);
    match(find("commands"), commands, (command) => command, "a-command", showCommand);
  };

  const show = (state) => {
    if (state.lang !== document.documentElement.lang) {
      location.reload(); // the page's own words are in another language
      return;
    }
    document.title = state.tab;
    document.body.classList.remove("is-waiting");
    document.body.classList.toggle("is-paused", !state.recording);
    find("top").classList.toggle("outcome-passed", state.passed);
    tell(find("title"), state.title);
    tell(find("headline"), state.headline);
    tell(find("score"), state.score);
    tell(find("max"), state.max_score);
    find("share").setAttribute("width", `${state.share}%`);
    match(find("alerts"), state.alerts, (alert) => JSON.stringify([alert.title, alert.message]), "a-alert", showAlert);
    showNext(state.next);
    match(find("rows"), state.rows, (row) => row.id, "a-row", showRow);
    rowsKnown = true;
    tellPieces(find("notice"), state.notice);
    if (news.length) find("told").textContent = news.splice(0).join("; ");
  };

  const lost = () => {
    document.body.classList.add("is-lost");
    const notice = find("notice");
    if (!changed(notice, "lost")) return;
    notice.hidden = false;
    notice.replaceChildren(inside("lost").cloneNode(true));
  };
  const connect = () => {
    const source = new EventSource(location.pathname.replace(/\/?$/, "/events"));
    source.onmessage = (event) => {
      document.body.classList.remove("is-lost");
      show(JSON.parse(event.data));
    };
    source.onerror = () => {
      lost();
      // A browser gives up where it was refused; a stream may be free a moment later.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
    };
  };
  connect();
})();
