/** in-toto Statement v1: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. */
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** SLSA provenance v1: https://slsa.dev/spec/v1.0/provenance. */
export const PROVENANCE_TYPE = "https://slsa.dev/provenance/v1";

/** What `vox package` and `vox deploy` do; docs/src/reference/provenance.md. */
export const IMAGE_BUILD_TYPE = "https://vox.dev/build-types/image/v1";
