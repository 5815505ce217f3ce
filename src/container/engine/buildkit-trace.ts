/** What one message of `moby.buildkit.trace` tells: steps by digest, and what their programs printed (BuildKit, `control.proto`). */
export interface BuildkitTrace {
  readonly steps: readonly BuildkitStep[];
  readonly output: readonly string[];
}

export interface BuildkitStep {
  readonly digest: string;
  readonly name: string;
  readonly started: boolean;
  readonly cached: boolean;
  readonly error: string;
}

/** Numbers of the fields that are read; all others are passed over. */
const STATUS = { vertexes: 1, logs: 3 } as const;
const VERTEX = { digest: 1, name: 3, cached: 4, started: 5, error: 7 } as const;
const LOG = { message: 4 } as const;

/** Reads a `StatusResponse`; what is no protobuf reads as nothing, since it is talk and no result. */
export function readBuildkitTrace(message: Uint8Array): BuildkitTrace {
  const status = fieldsOf(message);
  return {
    steps: bytesOf(status, STATUS.vertexes).map(stepOf),
    output: bytesOf(status, STATUS.logs).map((log) => textOf(fieldsOf(log), LOG.message)),
  };
}

function stepOf(bytes: Uint8Array): BuildkitStep {
  const fields = fieldsOf(bytes);
  return {
    digest: textOf(fields, VERTEX.digest),
    name: textOf(fields, VERTEX.name),
    started: fields.some((field) => field.number === VERTEX.started),
    cached: fields.some((field) => field.number === VERTEX.cached && field.value !== 0),
    error: textOf(fields, VERTEX.error),
  };
}

/** A field in the wire format: a number, or bytes that are a text or a message. */
interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function fieldsOf(message: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < message.byteLength; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < message.byteLength) {
    const key = varint();
    const type = key % 8;
    const number = Math.floor(key / 8);
    if (type === 0) fields.push({ number, value: varint() });
    else {
      const lengthBytes = type === 2 ? varint() : FIXED_BYTES[type];
      if (lengthBytes === undefined || at + lengthBytes > message.byteLength) return fields;
      if (type === 2) fields.push({ number, value: message.subarray(at, at + lengthBytes) });
      at += lengthBytes;
    }
  }
  return fields;
}

const bytesOf = (fields: readonly Field[], number: number): readonly Uint8Array[] =>
  fields.flatMap((field) => (field.number === number && typeof field.value !== "number" ? [field.value] : []));

const textOf = (fields: readonly Field[], number: number): string =>
  Buffer.from(bytesOf(fields, number)[0] ?? []).toString("utf8");
