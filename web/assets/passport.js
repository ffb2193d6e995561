// The secret of a share comes behind the # of the link, which no server ever gets. Put it into the form, and take it out of
// the address bar, so that it is in no screenshot and no copied address. Without this file a person types the code.

const secret = new URLSearchParams(location.hash.slice(1)).get("k");
const field = document.getElementById("code");

if (secret && field) {
  field.value = secret;
  document.getElementById("typed").hidden = true;
  document.getElementById("brought").hidden = false;
  history.replaceState(null, "", location.pathname + location.search);
  // Reading on in another language must not lose it.
  for (const link of document.querySelectorAll(".pr-languages a")) link.hash = `k=${secret}`;
}
