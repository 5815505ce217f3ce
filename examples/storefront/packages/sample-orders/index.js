import { Catalog } from "catalog";

export const sampleCatalog = () => new Catalog([{ title: "Tea, loose", price: "8.40", taxClass: "reduced" }], "EUR");

/** Orders as (slug, count) pairs, smallest first. */
export const sampleOrders = () => [[], [["tea-loose", 1]], [["tea-loose", 12]]];
