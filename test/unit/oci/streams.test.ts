import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { abortable } from "../../../src/core/abortable.ts";
import { collectBytes, streamOf } from "../../../src/core/byte-stream.ts";
import { Gate } from "../../../src/core/gate.ts";
import { ReplayableBody } from "../../../src/oci/replayable-body.ts";
import { retrying } from "../../../src/oci/retry.ts";
import { ConnectionFailure, type HttpResponse } from "../../../src/oci/transport.ts";
import { InstantClock } from "../../support/instant-clock.ts";

const LIMIT = { maxBytes: 100_000_000, what: "content" };
const MIB = 1024 * 1024;

describe("a stream that can begin again", () => {
  it("gives the same bytes wherever it is begun again, while little of it was read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 }),
        fc.array(fc.nat(12), { maxLength: 4 }),
        async (chunks, stops) => {
          const body = new ReplayableBody(streamOf(...chunks));
          for (const stop of stops) await takeSome(body, stop);
          const rest = await body.restart();
          expect(rest && Buffer.from(await collectBytes(rest, LIMIT))).toEqual(Buffer.concat(chunks));
        },
      ),
    );
  });

  it("cannot, once more than the kept beginning is gone", async () => {
    const body = new ReplayableBody(streamOf(Buffer.alloc(MIB), Buffer.alloc(1), Buffer.alloc(MIB)));
    await takeSome(body, 1);
    expect(body.spent).toBe(false);
    const whole = await body.restart();
    expect(whole && (await collectBytes(whole, LIMIT))).toHaveLength(2 * MIB + 1);
    expect(body.spent).toBe(true);
    expect(await body.restart()).toBeUndefined();
  });

  it("gives nothing more to whoever read it before", async () => {
    const body = new ReplayableBody(streamOf(Buffer.from("a"), Buffer.from("b"), Buffer.from("c")));
    const first = (await body.restart())?.[Symbol.asyncIterator]();
    expect((await first?.next())?.value).toEqual(Buffer.from("a"));
    const second = await body.restart();
    expect((await first?.next())?.done).toBe(true);
    expect(second && Buffer.from(await collectBytes(second, LIMIT)).toString()).toBe("abc");
  });

  it("remembers why its source failed", async () => {
    const body = new ReplayableBody(failing());
    const stream = await body.restart();
    await expect(stream && collectBytes(stream, LIMIT)).rejects.toThrow("broken source");
    expect(() => body.throwIfSourceFailed()).toThrow("broken source");
    expect(await body.restart()).toBeUndefined();
    await body.close();
  });
});

async function takeSome(body: ReplayableBody, count: number): Promise<void> {
  const reader = (await body.restart())?.[Symbol.asyncIterator]();
  for (let taken = 0; taken < count; taken += 1) await reader?.next();
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("a");
  throw new Error("broken source");
}

const answered = (status: number, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  header: (name) => headers[name],
  body: streamOf(),
  discard: async () => undefined,
});

describe("trying again", () => {
  const run = async (
    outcomes: readonly (HttpResponse | Error)[],
    repeatable = true,
  ): Promise<{ status: number | string; sleptMs: readonly number[]; sent: number }> => {
    const clock = new InstantClock();
    let sent = 0;
    const send = async (): Promise<HttpResponse> => {
      const outcome = outcomes[Math.min(sent, outcomes.length - 1)] ?? answered(200);
      sent += 1;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    const status = await retrying(send, { clock, repeatable: () => repeatable }).then(
      (response) => response.status,
      (error: unknown) => String(error),
    );
    return { status, sleptMs: clock.sleptMs, sent };
  };
  const broken = new ConnectionFailure("broken", "reset", undefined);

  it.each<[string, readonly (HttpResponse | Error)[], number | string, readonly number[]]>([
    ["not after success", [answered(200)], 200, []],
    ["not after a refusal", [answered(404)], 404, []],
    ["after 503, longer each time", [answered(503), answered(500), answered(200)], 200, [250, 500]],
    ["at most three times", [answered(503)], 503, [250, 500, 1000]],
    ["as long as it is told", [answered(429, { "retry-after": "3" }), answered(200)], 200, [3000]],
    [
      "until the date it is told",
      [answered(429, { "retry-after": new Date(1_700_000_009_000).toUTCString() }), answered(200)],
      200,
      [9000],
    ],
    ["not when that is long", [answered(429, { "retry-after": "3600" })], 429, []],
    ["after a broken connection", [broken, answered(200)], 200, [250]],
    [
      "not when nobody is there",
      [new ConnectionFailure("unreachable", "refused", undefined)],
      "ConnectionFailure: refused",
      [],
    ],
    ["not after a fault of ours", [new TypeError("bug")], "TypeError: bug", []],
  ])("happens %s", async (_, outcomes, status, sleptMs) => {
    expect(await run(outcomes)).toMatchObject({ status, sleptMs });
  });

  it("does not happen when the request cannot be repeated", async () => {
    expect(await run([answered(503), answered(200)], false)).toMatchObject({ status: 503, sent: 1 });
    expect(await run([broken, answered(200)], false)).toMatchObject({ status: "ConnectionFailure: reset", sent: 1 });
  });
});

it("a gate lets so many through at one time, in their order", async () => {
  const gate = new Gate(2);
  const began: number[] = [];
  let running = 0;
  let most = 0;
  const work = async (index: number): Promise<void> => {
    began.push(index);
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    if (index === 3) throw new Error("three");
  };
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => gate.run(() => work(index))));
  expect(began).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(2);
  expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(1);
});

it("a wait ends when its signal says so, and not after", async () => {
  const controller = new AbortController();
  const waiting = abortable(new Promise(() => undefined), controller.signal);
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  expect(await abortable(Promise.resolve(1), undefined)).toBe(1);
  expect(await abortable(Promise.resolve(1), new AbortController().signal)).toBe(1);
  await expect(abortable(Promise.resolve(1), controller.signal)).rejects.toThrow("enough");
});
