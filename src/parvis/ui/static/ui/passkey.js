// Passkeys: ask the device, put its answer in the form, send the form. Forms stay hidden where it cannot work.
"use strict";
(() => {
  const key = globalThis.PublicKeyCredential;
  if (!key?.parseCreationOptionsFromJSON || !key.parseRequestOptionsFromJSON) return;

  // In the page when somebody is known already; asked for otherwise, so that each try has its own challenge.
  const options = async (form) => {
    const given = document.getElementById("passkey-options");
    if (given) return JSON.parse(given.textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`options: ${answer.status}`);
    return answer.json();
  };

  const ask = async (form) => {
    const given = await options(form);
    if (form.dataset.passkey === "get") {
      return navigator.credentials.get({ publicKey: key.parseRequestOptionsFromJSON(given.request_options.publicKey) });
    }
    const wanted = given.creation_options.publicKey;
    const kept = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
    wanted.authenticatorSelection = { ...wanted.authenticatorSelection, ...kept };
    return navigator.credentials.create({ publicKey: key.parseCreationOptionsFromJSON(wanted) });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector(".passkey-failed");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(await ask(form));
        form.submit();
      } catch {
        failed.hidden = false;
        failed.focus();
      }
    });
  }
  for (const place of document.querySelectorAll(".passkey-unable")) place.hidden = true;
})();
