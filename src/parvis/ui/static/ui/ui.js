// What the pages gain with a script. Everything works without it.
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);

  // After each page: show the menu button, read out the errors first.
  const arrive = () => {
    for (const toggle of document.querySelectorAll(".menu-toggle")) toggle.hidden = false;
    one("[data-focus]")?.focus();
    for (const input of document.querySelectorAll("[data-suggest-url]")) suggest(input);
  };

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest?.(".menu-toggle");
    if (event.target.closest?.('[href="#menu"]')) one('[aria-controls="menu"]')?.setAttribute("aria-expanded", "true");
    const wrong = event.target.closest?.(".error-summary a");
    if (wrong) document.getElementById(wrong.hash.slice(1))?.focus();
    if (toggle) toggle.setAttribute("aria-expanded", toggle.getAttribute("aria-expanded") === "false");
  });

  // One press, one request: a second submit is ignored while the first is under way.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (event.submitter?.name === "format") return; // a file answers: this page stays
    if (form.dataset.sending) return event.preventDefault();
    form.dataset.sending = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
    const heavy = [...form.querySelectorAll("[data-upload]")].some((input) => input.files.length);
    if (heavy) upload(event, form);
  });

  const release = () => {
    for (const form of document.querySelectorAll("[data-sending]")) delete form.dataset.sending;
    for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
  };
  addEventListener("pageshow", release); // back button: the kept page must be usable again

  // Send files with a progress bar, then show the page that answers, as the browser would.
  const upload = (event, form) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    const bars = [...form.querySelectorAll("progress.upload")];
    request.upload.onprogress = (progress) => {
      for (const bar of bars) {
        bar.hidden = !bar.previousElementSibling.files.length;
        bar.value = progress.lengthComputable ? (100 * progress.loaded) / progress.total : 0;
      }
    };
    request.onload = () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      if (request.responseURL !== here()) history.pushState(null, "", request.responseURL);
      shown = here();
      document.title = page.title;
      document.body.replaceWith(page.body);
      scrollTo(0, 0);
      if (!one("[data-focus]")) one("main")?.focus();
      arrive();
    };
    request.onerror = () => {
      release();
      form.submit(); // let the browser try and say what is wrong
    };
    request.open("POST", form.getAttribute("action") || location.href);
    request.send(new FormData(form, event.submitter));
  };
  // Back to a page the script replaced: load it. A mere jump within the page must not, it would send the form again.
  const here = () => location.href.split("#")[0];
  let shown = here();
  addEventListener("popstate", () => {
    if (here() !== shown) location.reload();
  });

  // Suggestions under a text input (combobox pattern): arrows choose, Enter takes, Escape closes.
  const suggest = (input) => {
    if (input.getAttribute("role")) return;
    const code = document.getElementById(input.dataset.suggestCode);
    const list = document.createElement("ul");
    list.id = `${input.id}-list`;
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
    list.hidden = true;
    const status = document.createElement("p");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    input.after(list, status);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]])
      input.setAttribute(name, value);
    let timer, asked, active = -1;

    const open = (shown) => {
      list.hidden = !shown;
      input.setAttribute("aria-expanded", shown);
      if (!shown) mark(-1);
    };
    const mark = (index) => {
      active = index;
      [...list.children].forEach((option, at) => option.setAttribute("aria-selected", at === index));
      const option = list.children[index];
      if (option) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else input.removeAttribute("aria-activedescendant");
    };
    const take = (option) => {
      input.value = option.dataset.label;
      if (code) code.value = option.dataset.code;
      open(false);
    };
    const show = (found) => {
      list.replaceChildren(...found.map((item, at) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${at}`;
        option.setAttribute("role", "option");
        Object.assign(option.dataset, { code: item.code, label: item.label });
        option.textContent = item.hint ? `${item.label} (${item.hint})` : item.label;
        return option;
      }));
      open(found.length > 0);
      status.textContent = found.length ? `${found.length} ${input.dataset.suggestFound}` : "";
    };
    const ask = async () => {
      const text = (asked = input.value.trim());
      if (text.length < 2) return open(false);
      try {
        const answer = await fetch(`${input.dataset.suggestUrl}?q=${encodeURIComponent(text)}`);
        if (answer.ok && asked === text) show(await answer.json());
      } catch {
        open(false); // no network: the text alone will do
      }
    };

    input.addEventListener("input", () => {
      if (code) code.value = "";
      clearTimeout(timer);
      timer = setTimeout(ask, 150);
    });
    input.addEventListener("keydown", (event) => {
      const last = list.children.length - 1;
      if (event.key === "Escape") open(false);
      else if (list.hidden) return;
      else if (event.key === "ArrowDown") mark(active < last ? active + 1 : 0);
      else if (event.key === "ArrowUp") mark(active > 0 ? active - 1 : last);
      else if (event.key === "Enter" && active >= 0) take(list.children[active]);
      else return;
      event.preventDefault();
    });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // keep the focus in the input
      const option = event.target.closest("li");
      if (option) take(option);
    });
    input.addEventListener("blur", () => open(false));
  };

  arrive();
})();
