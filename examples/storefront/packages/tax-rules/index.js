// Packages are siblings, so a relative path finds a dependency as well as its bare name does.
import { add, money, share } from "../money/index.js";
import { RATES } from "./rates.js";

export const countries = () => Object.keys(RATES).sort();

/** Basis points for a class of goods; what has no rate of its own is taxed at the standard one. */
export function rateOf(country, taxClass) {
  const rates = RATES[country];
  if (!rates) throw new RangeError(`no tax rules for ${country}`);
  return rates[taxClass] ?? rates.standard;
}

/**
 * Tax by rate: amounts of one rate are added before the tax is rounded, as an invoice must.
 * @param {readonly { taxClass: string, net: import("../money/index.js").Money }[]} lines
 */
export function taxOf(country, lines) {
  const nets = new Map();
  for (const { taxClass, net } of lines) {
    const rate = rateOf(country, taxClass);
    nets.set(rate, nets.has(rate) ? add(nets.get(rate), net) : net);
  }
  const byRate = [...nets].sort(([a], [b]) => b - a).map(([rate, net]) => ({ rate, net, tax: share(net, rate) }));
  const currency = lines[0]?.net.currency ?? "EUR";
  return { byRate, total: byRate.reduce((sum, { tax }) => add(sum, tax), money(0, currency)) };
}
