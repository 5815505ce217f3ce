/** The page that says what a deployed application may rely on; all others link to it. */
export const NORMATIVE_PAGE = "docs/src/reference/vox-portability-ssot.md";
