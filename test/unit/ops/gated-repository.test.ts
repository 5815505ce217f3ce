import { describe, expect, it } from "vitest";
import { Gate } from "../../../src/core/gate.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { gatedRepository } from "../../../src/ops/gated-repository.ts";

describe("questions to registries", () => {
  it("are never more at a time than the gate lets through, whatever repositories they are for", async () => {
    let underWay = 0;
    let most = 0;
    const gate = new Gate(16);
    const slow = (): MemoryStore => {
      const store = new MemoryStore();
      store.tags = async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setTimeout(resolve, 2));
        underWay -= 1;
        return [];
      };
      return store;
    };
    await Promise.all(Array.from({ length: 200 }, () => gatedRepository(slow(), gate).tags()));
    expect(most).toBe(16);
  });

  it("that wait when the command is stopped are not asked", async () => {
    const stop = new AbortController();
    const gate = new Gate(1);
    let asked = 0;
    const store = new MemoryStore();
    store.resolve = async () => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return undefined;
    };
    const repository = gatedRepository(store, gate);
    const questions = Array.from({ length: 10 }, () => repository.resolve("1.0.0", { signal: stop.signal }));
    stop.abort(new Error("stopped"));
    const answers = await Promise.allSettled(questions);
    expect(asked).toBe(1);
    expect(answers.filter(({ status }) => status === "rejected")).toHaveLength(9);
  });
});
