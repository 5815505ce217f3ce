import { renderComplianceReference } from "../reference/compliance-reference.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("compliance-docs");
const PAGE = "docs/src/reference/command-compliance.md";

/** Made from the other checks, which it is handed: it cannot import the list that it is part of. */
export const complianceDocs = (others: readonly Validator[]): Validator => {
  const validator: Validator = {
    id: "compliance-docs",
    statement: "the reference tells each of these checks",
    run: ({ files }) => {
      const fresh = files.text(PAGE) === renderComplianceReference([...others, validator]);
      return fresh ? [] : [finding("the page is not fresh: run `vox ci docs-sync --write`", { file: PAGE })];
    },
  };
  return validator;
};
