// Basis points by country and class of goods.
export const RATES = {
  FR: { standard: 2000, reduced: 550, book: 550 },
  DE: { standard: 1900, reduced: 700, book: 700 },
  IE: { standard: 2300, reduced: 1350, book: 0 },
};
