const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** "/items/:slug" matches "/items/kettle" with { slug: "kettle" }. */
export function compile(pattern) {
  const names = [];
  const source = pattern.split("/").map((part) => {
    if (!part.startsWith(":")) return part.replace(SPECIAL, "\\$&");
    names.push(part.slice(1));
    return "([^/]+)";
  });
  const expression = new RegExp(`^${source.join("/")}$`);
  return (path) => {
    const match = expression.exec(path);
    return match && Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1])]));
  };
}
