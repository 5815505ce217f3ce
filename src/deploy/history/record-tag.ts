import { type Digest, shortHexOf } from "../../core/digest.ts";

/** A record's tag, which never moves: `vox.deploy.<env>.<seq>.<12 hex of the record>` (contracts, §7). */
export interface RecordTag {
  readonly environment: string;
  readonly sequence: number;
  readonly hex: string;
}

const PATTERN = /^vox\.deploy\.([a-z0-9]+(?:[._-][a-z0-9]+)*)\.([1-9]\d{0,8})\.([0-9a-f]{12})$/;

export const formatRecordTag = (environment: string, sequence: number, record: Digest): string =>
  `vox.deploy.${environment}.${sequence}.${shortHexOf(record)}`;

/** `undefined` for every other tag. */
export function parseRecordTag(tag: string): RecordTag | undefined {
  const [, environment, sequence, hex] = PATTERN.exec(tag) ?? [];
  if (environment === undefined || sequence === undefined || hex === undefined) return undefined;
  return { environment, sequence: Number(sequence), hex };
}
