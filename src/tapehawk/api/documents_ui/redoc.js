// Shows the API with Redoc. A file of its own: the page's policy runs no script that stands in a page.
window.addEventListener("load", () => {
  Redoc.init("/openapi.json", { disableSearch: false, hideHostname: true }, document.getElementById("redoc"));
});
