import { add, money, times } from "money";
import { taxOf } from "tax-rules";

/** Lines of (product, count) of one catalog; every change is a new cart. */
export class Cart {
  #catalog;
  #counts;

  /** @param {import("catalog").Catalog} catalog */
  constructor(catalog, counts = new Map()) {
    this.#catalog = catalog;
    this.#counts = counts;
  }

  with(slug, count) {
    if (!this.#catalog.find(slug)) throw new RangeError(`the catalog has no ${slug}`);
    const counts = new Map(this.#counts);
    if (count > 0) counts.set(slug, count);
    else counts.delete(slug);
    return new Cart(this.#catalog, counts);
  }

  lines() {
    return [...this.#counts].map(([slug, count]) => {
      const product = this.#catalog.find(slug);
      return { product, count, taxClass: product.taxClass, net: times(product.price, count) };
    });
  }

  totals(country, currency) {
    const lines = this.lines();
    const net = lines.reduce((sum, line) => add(sum, line.net), money(0, currency));
    const tax = taxOf(country, lines);
    return { net, tax: tax.total, total: add(net, tax.total), byRate: tax.byRate };
  }
}
