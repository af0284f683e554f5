// Redeems the ticket of the owner's link, which stands behind the # of the address and leaves it at once.
const ticket = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const form = document.getElementById("owner");
const said = document.getElementById("said");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const asked = { ticket, refresh_in: "cookie" };
  for (const [name, value] of new FormData(form)) if (value) asked[name] = value;
  const answer = await fetch("/api/v1/auth/welcome", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(asked),
  });
  const body = await answer.json();
  said.textContent = answer.ok ? "You are signed in." : [body.detail, body.hint].filter(Boolean).join(": ");
  form.hidden = answer.ok;
  document.getElementById("onward").hidden = !answer.ok;
});
