import { price } from "money";
import { uniqueSlugs } from "slug";

/**
 * @typedef {{ slug: string, title: string, price: import("money").Money, taxClass: string }} Product
 */

export class Catalog {
  #bySlug;

  /** @param {readonly { title: string, price: string, taxClass?: string }[]} rows */
  constructor(rows, currency) {
    const slugs = uniqueSlugs(rows.map((row) => row.title));
    const products = rows.map((row, index) =>
      Object.freeze({
        slug: slugs[index],
        title: row.title,
        price: price(row.price, currency),
        taxClass: row.taxClass ?? "standard",
      }),
    );
    this.#bySlug = new Map(products.map((product) => [product.slug, product]));
  }

  all() {
    return [...this.#bySlug.values()];
  }

  /** @returns {Product | undefined} */
  find(slug) {
    return this.#bySlug.get(slug);
  }
}
