// With the feature "receipts": it brings clock-format.
import { longDate } from "clock-format";
import { format } from "money";

/** A receipt as lines of text. */
export function receipt(cart, { country, currency, at }) {
  const totals = cart.totals(country, currency);
  return [
    longDate(at),
    ...cart.lines().map(({ product, count, net }) => `${count} x ${product.title}: ${format(net)}`),
    ...totals.byRate.map(({ rate, tax }) => `tax ${rate / 100} %: ${format(tax)}`),
    `total: ${format(totals.total)}`,
  ];
}
