import parse from "spdx-expression-parse";
import { named } from "../../../core/named.ts";
import type { ProjectJudge } from "../judge.ts";
import { broken, held, unknown } from "../verdict.ts";

/** Enforces `licences-allowed`. */
export const licencesAllowed: ProjectJudge = ({ licences, allowedLicences }) => {
  if (allowedLicences.length === 0) return held("nobody says which licences are allowed");
  if (!licences) return undefined;
  if ("unknown" in licences) return unknown(licences.unknown);
  const refused = licences.value.filter(({ licence }) => !allowedLicences.every((list) => isAllowed(licence, list)));
  if (refused.length === 0) return held(`${licences.value.length} licences, all of them allowed`);
  return broken(`not allowed: ${named(refused.map(({ subject, licence }) => `${subject}: ${licence ?? "no licence"}`))}`, {
    hint: "depend on something else, or add the licence to `licenses` of [deploy.policy] and of `policy.toml`",
  });
};

/** Whether a list allows an SPDX expression; what is none must be on the list as it is. */
export function isAllowed(licence: string | undefined, list: readonly string[]): boolean {
  if (licence === undefined) return false;
  if (list.includes(licence)) return true;
  try {
    return allows(parse(licence), new Set(list));
  } catch {
    return false;
  }
}

function allows(term: parse.Info, list: ReadonlySet<string>): boolean {
  if ("conjunction" in term) {
    const [left, right] = [allows(term.left, list), allows(term.right, list)];
    return term.conjunction === "and" ? left && right : left || right;
  }
  const exact = `${term.license}${term.plus ? "+" : ""}`;
  return list.has(term.exception === undefined ? exact : `${exact} WITH ${term.exception}`);
}
