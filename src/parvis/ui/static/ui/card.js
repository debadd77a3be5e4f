// The helper of an agent's card, on this machine: read its certificates, have it sign the digests of a confirmed list.
"use strict";
(() => {
  const call = async (form, path, body) => {
    let answer;
    try {
      answer = await fetch(`${form.dataset.helper}/v1/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        credentials: "omit",
      });
    } catch {
      throw new Error("absent");
    }
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.error ?? "absent");
    return said;
  };

  const ours = async (url, options = {}) => {
    const answer = await fetch(url, { ...options, headers: { Accept: "application/json", ...options.headers } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error("refused"), { said: said.message });
    return said;
  };

  const sign = async (form, tell) => {
    const { places, demand } = await ours(form.dataset.digests);
    if (places.length) {
      tell(form.dataset.asking);
      const { signatures } = await call(form, "sign", demand);
      tell(form.dataset.checking);
      const taken = await ours(form.dataset.signatures, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        body: JSON.stringify({ places, signatures }),
      });
      if (taken.refused.length) throw Object.assign(new Error("partly"), { said: form.dataset.partly });
    }
    location.assign(form.dataset.next);
  };

  const register = async (form) => {
    const { certificates } = await call(form, "certificates", {});
    if (!certificates.length) throw new Error("empty");
    form.elements.certificats.value = certificates.join(" ");
    form.submit();
  };

  const works = { sign, register };
  for (const form of document.querySelectorAll("form[data-card]")) {
    const status = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    const tell = (words) => {
      status.textContent = words;
    };
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      tell("");
      try {
        await works[form.dataset.card](form, tell);
      } catch (error) {
        tell(error.said ?? form.dataset[error.message] ?? form.dataset.failed);
        status.focus();
        button.disabled = false;
      }
    });
  }
})();
