// Two helps for a telephone in the field; every page works without them.
(() => {
  "use strict";
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const told = form.querySelector("[data-told]");

  // A broken line leaves the page as it is. Sent again it is the same visit, by the token of the page.
  form.addEventListener("submit", async (event) => {
    if (form.dataset.plain) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => { button.disabled = true; });
    told.hidden = true;
    try {
      // Not followed here: the page it leads to says once that the visit is written down.
      const answer = await fetch(location.href, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect") { location.assign(location.pathname); return; }
      form.dataset.plain = "1";
      buttons.forEach((button) => { button.disabled = false; });
      form.requestSubmit(event.submitter);
    } catch {
      told.textContent = form.dataset.offline;
      told.hidden = false;
      buttons.forEach((button) => { button.disabled = false; });
      told.scrollIntoView({ block: "center" });
    }
  });

  const place = form.querySelector("[data-place]");
  if (!place || !navigator.geolocation) return;
  place.hidden = false;
  const button = place.querySelector("button"), status = place.querySelector("[role=status]");
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      for (const name of ["latitude", "longitude", "accuracy"]) {
        form.elements[name].value = coords[name];
      }
      status.textContent = button.dataset.got;
    }, () => { status.textContent = button.dataset.failed; }, { enableHighAccuracy: true, timeout: 20000 });
  });
})();
