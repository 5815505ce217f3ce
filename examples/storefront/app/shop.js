import { Cart } from "./.vox_modules/cart/index.js";
import { receipt } from "./.vox_modules/cart/receipt.js";
import { Catalog } from "./.vox_modules/catalog/index.js";
import { format, split } from "./.vox_modules/money/index.js";

const COUNTRY = "FR";
const CURRENCY = "EUR";
const OPENED = new Date(Date.UTC(2026, 2, 3, 14, 5));

export const catalog = new Catalog(
  [
    { title: "Crème Brûlée Torch", price: "34.50" },
    { title: "Pour-over Kettle (0.9 l)", price: "64.00" },
    { title: "House Blend, 1 kg", price: "27.30", taxClass: "reduced" },
  ],
  CURRENCY,
);

export const describe = (product) => ({ slug: product.slug, title: product.title, price: format(product.price) });

const cart = new Cart(catalog).with("creme-brulee-torch", 2).with("pour-over-kettle-0-9-l", 1).with("house-blend-1-kg", 3);

/** The cart of the week: what it costs, in one sum and in seven. */
export function offer() {
  const { net, tax, total } = cart.totals(COUNTRY, CURRENCY);
  return {
    net: format(net),
    tax: format(tax),
    total: format(total),
    instalments: split(total, 7).map(format),
    receipt: receipt(cart, { country: COUNTRY, currency: CURRENCY, at: OPENED }),
  };
}
