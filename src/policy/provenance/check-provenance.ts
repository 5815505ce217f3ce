import { BUILDER_ID, type ParsedProvenance, type PublishProvenance } from "../../contracts/provenance.ts";
import { hexOf } from "../../core/digest.ts";
import type { ProvenanceFacts, RootFacts } from "./provenance-facts.ts";

/** What must hold of each package of a registry. Those of trust are asked for by `--strict` alone; the others are faults in any case. */
export const PROVENANCE_CHECKS = [
  { id: "provenance-present", trust: true, statement: "a record of provenance is attached to the version" },
  { id: "provenance-locked", trust: false, statement: "the registry holds under the version what vox.lock says" },
  {
    id: "provenance-form",
    trust: false,
    statement: "the record is an in-toto statement with the provenance of `vox pm publish`",
  },
  {
    id: "provenance-subject",
    trust: false,
    statement: "its subjects are what the version's tag names, and the locked manifests",
  },
  { id: "provenance-package", trust: false, statement: "it is about the locked name and version" },
  { id: "provenance-archives", trust: false, statement: "it was made with the locked archives" },
  { id: "provenance-source", trust: false, statement: "its commit is the one that the package's annotations name" },
  { id: "provenance-clean", trust: true, statement: "it was made from a commit's files" },
  { id: "provenance-builder", trust: true, statement: "its builder is one that vox knows" },
] as const;

export type ProvenanceCheck = (typeof PROVENANCE_CHECKS)[number]["id"];

export interface ProvenanceFault {
  readonly check: ProvenanceCheck;
  readonly message: string;
}

/** What does not hold of one package. Of several records the one with the fewest faults counts: anybody who may push can attach another. */
export function checkProvenance(facts: ProvenanceFacts): readonly ProvenanceFault[] {
  const { root, records } = facts;
  if (!root) return [fault("provenance-locked", "the registry has no such version now")];
  const locked = facts.archives.map(({ manifest }) => manifest);
  if (!locked.every((manifest) => root.manifests.includes(manifest))) {
    return [fault("provenance-locked", `the registry holds \`${root.digest}\` under it, which is not what is locked`)];
  }
  const told = records.map((record) => faultsOf(record, facts, root)).toSorted((left, right) => left.length - right.length);
  return told[0] ?? [fault("provenance-present", "no provenance is attached to it")];
}

const fault = (check: ProvenanceCheck, message: string): ProvenanceFault => ({ check, message });

function faultsOf(record: ParsedProvenance, facts: ProvenanceFacts, root: RootFacts): readonly ProvenanceFault[] {
  if (record.kind === "malformed") return [fault("provenance-form", `its provenance cannot be read: ${record.reason}`)];
  const { statement } = record;
  return [
    ...subjectFaults(statement, facts, root),
    ...packageFaults(statement, facts),
    ...archiveFaults(statement, facts),
    ...sourceFaults(statement, root),
    ...builderFaults(statement),
  ];
}

function subjectFaults({ subject }: PublishProvenance, { archives }: ProvenanceFacts, root: RootFacts) {
  const named = new Set(subject.map(({ digest }) => digest["sha256"]));
  const missing = [root.digest, ...archives.map(({ manifest }) => manifest)].find((digest) => !named.has(hexOf(digest)));
  return missing === undefined ? [] : [fault("provenance-subject", `its provenance is not about \`${missing}\``)];
}

function packageFaults({ predicate }: PublishProvenance, facts: ProvenanceFacts) {
  const { name, version } = predicate.buildDefinition.externalParameters;
  if (name === facts.name && version === facts.version) return [];
  return [fault("provenance-package", `its provenance is about \`${name}@${version}\``)];
}

function archiveFaults({ predicate }: PublishProvenance, { archives }: ProvenanceFacts) {
  const made = new Map(predicate.runDetails.byproducts.map((made) => [made.digest?.["sha256"], made.annotations?.["diffId"]]));
  const other = archives.find(({ digest, diffId }) => made.get(hexOf(digest)) !== diffId);
  return other === undefined
    ? []
    : [fault("provenance-archives", `its provenance does not tell of the archive \`${other.digest}\``)];
}

function sourceFaults({ predicate }: PublishProvenance, root: RootFacts) {
  const { resolvedDependencies = [], externalParameters } = predicate.buildDefinition;
  const commits = resolvedDependencies.filter(({ digest }) => digest?.["gitCommit"] !== undefined);
  const dirty = commits.some(({ annotations }) => annotations?.["dirty"] === true);
  const [commit] = commits.map(({ digest }) => digest?.["gitCommit"]);
  const faults: ProvenanceFault[] = [];
  if (root.revision !== undefined && root.revision !== commit)
    faults.push(
      fault(
        "provenance-source",
        `its annotations name the commit \`${root.revision}\`, its provenance \`${commit ?? "none"}\``,
      ),
    );
  if (dirty) faults.push(fault("provenance-clean", "it was published with files that differ from their commit"));
  else if (commit === undefined && externalParameters.allowDirty)
    faults.push(fault("provenance-clean", "it was published with `--allow-dirty`, and from no commit"));
  return faults;
}

const KNOWN_BUILDERS: ReadonlySet<string> = new Set(Object.values(BUILDER_ID));

function builderFaults({ predicate }: PublishProvenance) {
  const { id } = predicate.runDetails.builder;
  return KNOWN_BUILDERS.has(id) ? [] : [fault("provenance-builder", `its builder \`${id}\` is not one that vox knows`)];
}
