// Filters, and calls shown beside the line that cites them. The page is complete without it.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filters");
  const status = byId("filter-status");
  const fields = {
    pillar: byId("filter-pillar"),
    verdict: byId("filter-verdict"),
    account: byId("filter-account"),
    region: byId("filter-region"),
    q: byId("filter-text"),
  };
  // What a filter finds is opened up to here; more than this is easier to read closed.
  const OPEN_AT_MOST = 25;

  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (list, key) => list.split(" ").includes(key);
  const number = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

  const questions = [...document.querySelectorAll("details.question")].map((details) => ({
    details,
    head: details.querySelector("summary").textContent + " " + (details.querySelector(":scope > .body > .note")?.textContent ?? ""),
    choices: [...details.querySelectorAll("details.choice")].map((choice) => ({
      details: choice,
      item: choice.parentElement,
      text: null,
      rows: null,
    })),
  }));
  const pillars = [...document.querySelectorAll("section.pillar")];
  const total = questions.reduce((sum, question) => sum + question.choices.length, 0);

  const textOf = (choice) => (choice.text ??= choice.details.textContent.toLowerCase());
  const rowsOf = (choice) =>
    (choice.rows ??= [...choice.details.querySelectorAll(".resources > ul > li")].map((item) => ({
      item,
      text: item.textContent.toLowerCase(),
    })));

  const wanted = () => ({
    pillar: fields.pillar.value,
    verdict: fields.verdict.value,
    account: fields.account.value,
    region: fields.region.value,
    words: words(fields.q.value),
  });

  const matches = (choice, want, head) => {
    const data = choice.details.dataset;
    return (
      (!want.verdict || data.verdict === want.verdict) &&
      (!want.account || has(data.accounts, want.account)) &&
      (!want.region || has(data.regions, want.region)) &&
      want.words.every((word) => head.includes(word) || textOf(choice).includes(word))
    );
  };

  // Returns whether the words point at listed resources rather than at the choice itself.
  const showRows = (choice, want) => {
    if (!want.account && !want.region && !want.words.length && !choice.rows) return false;
    const rows = rowsOf(choice);
    const says = (row) => want.words.every((word) => row.text.includes(word));
    const named = want.words.length > 0 && rows.some(says);
    for (const row of rows) {
      const data = row.item.dataset;
      row.item.hidden =
        (want.account !== "" && data.account !== want.account) ||
        (want.region !== "" && data.region !== want.region) ||
        (named && !says(row));
    }
    return named;
  };

  const apply = (open) => {
    const want = wanted();
    const narrow = want.verdict || want.account || want.region || want.words.length;
    let choices = 0;
    const shown = [];
    for (const question of questions) {
      const inPillar = !want.pillar || question.details.dataset.pillar === want.pillar;
      const head = want.words.length ? question.head.toLowerCase() : "";
      const found = [];
      for (const choice of question.choices) {
        const fits = inPillar && matches(choice, want, head);
        choice.item.hidden = !fits;
        if (fits) found.push({ choice, named: showRows(choice, want) });
      }
      question.details.hidden = found.length === 0;
      choices += found.length;
      if (found.length) shown.push({ question, found });
    }
    for (const pillar of pillars) pillar.hidden = !pillar.querySelector("details.question:not([hidden])");
    if (open && narrow && shown.length <= OPEN_AT_MOST) {
      for (const { question, found } of shown) {
        question.details.open = true;
        for (const { choice, named } of found) {
          if (!named) continue;
          choice.details.open = true;
          for (const list of choice.details.querySelectorAll("details.resources")) {
            list.open = list.querySelector(":scope > ul > li:not([hidden])") !== null;
          }
        }
      }
    }
    status.textContent =
      choices === total
        ? `${number(total, "choice")} of ${number(questions.length, "question")}`
        : choices === 0
          ? "No choice matches. Reset the filters to see all."
          : `${number(choices, "choice")} of ${total.toLocaleString("en")}, in ${number(shown.length, "question")}`;
  };

  // The address keeps the filters by the names shown, so that a link fits tomorrow's report too.
  const toHash = () => {
    const state = new URLSearchParams();
    for (const [name, field] of Object.entries(fields)) {
      if (!field.value) continue;
      state.set(name, name === "account" || name === "region" ? field.selectedOptions[0].textContent : field.value);
    }
    const text = state.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  };

  const fromHash = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const [name, field] of Object.entries(fields)) {
      const value = state.get(name) ?? "";
      if (field.tagName === "INPUT") {
        field.value = value;
        continue;
      }
      const option = [...field.options].find((option) => option.value !== "" && (option.value === value || option.textContent === value));
      field.value = option ? option.value : "";
    }
  };

  const changed = () => {
    apply(true);
    toHash();
  };

  const reveal = (target) => {
    if (target.closest("[hidden]")) {
      form.reset();
      apply(false);
    }
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    const focusable = target.tagName === "DETAILS" ? target.querySelector("summary") : target;
    if (focusable === target && !target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    focusable.focus({ preventScroll: true });
    target.scrollIntoView({ block: "start" });
  };

  const dialog = byId("call-dialog");
  const showCall = (row, from) => {
    const heads = [...row.closest("table").querySelectorAll("thead th")].map((head) => head.textContent);
    const cells = [...row.cells].map((cell) => cell.textContent);
    const explain = from.closest("[data-explain]")?.dataset.explain;
    if (explain) cells[cells.length - 1] = explain;
    const list = document.createElement("dl");
    cells.forEach((cell, at) => {
      const line = document.createElement("div");
      line.append(Object.assign(document.createElement("dt"), { textContent: heads[at] }));
      line.append(Object.assign(document.createElement("dd"), { textContent: cell }));
      list.append(line);
    });
    byId("call-dialog-body").replaceChildren(list);
    dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const target = byId(decodeURIComponent(link.getAttribute("href").slice(1)));
    if (!target) return;
    event.preventDefault();
    if (target.tagName === "TR") showCall(target, link);
    else reveal(target);
  });

  byId("call-dialog-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  let waiting = 0;
  fields.q.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, 150);
  });
  for (const name of ["pillar", "verdict", "account", "region"]) fields[name].addEventListener("change", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));

  const setAll = (open) => {
    for (const details of document.querySelectorAll("details.question:not([hidden])")) {
      details.open = open;
      if (open) continue;
      for (const inner of details.querySelectorAll("details[open]")) inner.open = false;
    }
  };
  byId("open-all").addEventListener("click", () => setAll(true));
  byId("close-all").addEventListener("click", () => setAll(false));

  // Browsers that cannot open a closed disclosure by style alone print what is open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });

  const arrive = () => {
    const text = location.hash.slice(1);
    if (text.includes("=")) {
      fromHash();
      apply(true);
      return;
    }
    apply(false);
    const target = text && byId(decodeURIComponent(text));
    if (target) reveal(target);
  };
  addEventListener("hashchange", arrive);
  form.hidden = false;
  arrive();
})();
