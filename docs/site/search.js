// Searches the index that was made with the site; it is a script and not a document, so that it works from a folder, too.
(() => {
  const { MiniSearch, VOX_INDEX, VOX_ROOT } = window;
  const input = document.getElementById("search");
  const results = document.getElementById("results");
  const index = MiniSearch.loadJS(VOX_INDEX.index, VOX_INDEX.options);

  function show() {
    const found = input.value.trim() === "" ? [] : index.search(input.value, { prefix: true, fuzzy: 0.15, boost: { title: 3 }, combineWith: "AND" });
    const none = document.createElement("li");
    none.textContent = "nothing found";
    results.replaceChildren(
      ...(found.length === 0 ? [none] : []),
      ...found.slice(0, 12).map(({ id, title, page }) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = VOX_ROOT + id;
        link.textContent = title;
        const place = document.createElement("small");
        place.textContent = page;
        item.append(link, place);
        return item;
      }),
    );
    results.hidden = input.value.trim() === "";
  }

  input.addEventListener("input", show);
  input.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") results.querySelector("a")?.click();
    if (key === "Escape") {
      input.value = "";
      show();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target === input) return;
    event.preventDefault();
    input.focus();
  });
})();
