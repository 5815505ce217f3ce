// Run with `node --test` after `vox sync`; the dev-dependency sample-orders is on the desk and never in the image.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cart } from "../.vox_modules/cart/index.js";
import { format } from "../.vox_modules/money/index.js";
import { sampleCatalog, sampleOrders } from "../.vox_modules/sample-orders/index.js";

test("an order costs its items and their reduced tax", () => {
  const totals = sampleOrders().map((order) =>
    order.reduce((cart, [slug, count]) => cart.with(slug, count), new Cart(sampleCatalog())).totals("DE", "EUR"),
  );
  assert.deepEqual(
    totals.map(({ total }) => format(total)),
    ["0.00 EUR", "8.99 EUR", "107.86 EUR"],
  );
});
