import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import { currentDeployment, deploymentsOf, forksOf, headOf, type StoredRecord } from "../../../src/deploy/history/chain.ts";
import { judgeClaim } from "../../../src/deploy/history/claim.ts";
import { claimDeployment, endDeployment, freeHead, type HistoryPlace } from "../../../src/deploy/history/claim-deployment.ts";
import { chooseRollback } from "../../../src/deploy/history/choose-rollback.ts";
import { appendRecord, readHistory, recordedEnvironments, tidyHistory } from "../../../src/deploy/history/history.ts";
import { type DeploymentRecord, formatRecord, parseRecord } from "../../../src/deploy/history/record.ts";
import { formatRecordTag, parseRecordTag } from "../../../src/deploy/history/record-tag.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";

const IMAGE = {
  mediaType: "application/vnd.oci.image.index.v1+json",
  digest: digestOf("image"),
  size: 5,
};

const recordOf = (over: Partial<DeploymentRecord> = {}): DeploymentRecord => ({
  environment: "staging",
  sequence: 1,
  actor: "ann@desk",
  at: "2026-03-03T14:05:00Z",
  result: "succeeded",
  target: "compose",
  image: IMAGE,
  reference: `registry.example/shop@${IMAGE.digest}`,
  cause: "deploy",
  desired: { file: "services: {}\n" },
  ...over,
});

const stored = (over: Partial<DeploymentRecord> = {}): StoredRecord => {
  const record = recordOf(over);
  return { record, digest: formatRecord(record).descriptor.digest };
};

/** A start and its end. */
function deployment(sequence: number, previous: StoredRecord | undefined, over: Partial<DeploymentRecord> = {}) {
  const { result = "succeeded", ...rest } = over;
  const start = stored({ sequence, ...(previous && { previous: previous.digest }), result: "started", ...rest });
  return { start, end: stored({ sequence, previous: start.digest, result, ...rest }) };
}

describe("a deployment record", () => {
  it("is an OCI index of its own artifact type that lists the image, and reads back as it was", () => {
    const record = recordOf({ previous: digestOf("before"), process: 7 });
    const { bytes } = formatRecord(record);
    const document: unknown = JSON.parse(Buffer.from(bytes).toString());
    expect(document).toMatchObject({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      artifactType: "application/vnd.vox.deployment.v1",
      manifests: [IMAGE],
    });
    expect(parseRecord(bytes, "it")).toEqual(record);
  });

  it.each([
    ["of another artifact type", { artifactType: "application/vnd.other" }],
    ["without an image", { manifests: [] }],
    ["without its facts", { annotations: {} }],
    ["of a newer vox", { annotations: { "dev.vox.deployment": '{"schemaVersion":2}' } }],
    ["with a result nobody knows", { annotations: { "dev.vox.deployment": '{"schemaVersion":1,"result":"maybe"}' } }],
  ])("is refused %s", (_, over) => {
    const document = { ...(JSON.parse(Buffer.from(formatRecord(recordOf()).bytes).toString()) as object), ...over };
    expect(() => parseRecord(Buffer.from(JSON.stringify(document)), "it")).toThrow(
      expect.objectContaining({ code: "OCI_INVALID" }),
    );
  });

  it("has a tag of environment, number and digest, which no other tag is taken for", () => {
    const digest = digestOf("record");
    const tag = formatRecordTag("eu.west-1", 12, digest);
    expect(parseRecordTag(tag)).toEqual({ environment: "eu.west-1", sequence: 12, hex: digest.slice(7, 19) });
    for (const other of ["staging", "git-0123456789ab", "vox.deploy.staging.0.0123456789ab", "vox.deploy.staging.1.0123"])
      expect(parseRecordTag(other)).toBeUndefined();
  });
});

describe("the chain of records", () => {
  const one = deployment(1, undefined);
  const two = deployment(2, one.end, { result: "rolled-back" });
  const all = [two.end, one.start, two.start, one.end];

  it("ends in the record that nothing follows", () => {
    expect(headOf(all)).toBe(two.end);
    expect(headOf([])).toBeUndefined();
  });

  it("tells a start and its end as one deployment, newest first, and what should run", () => {
    expect(deploymentsOf(all).map(({ sequence, result }) => [sequence, result])).toEqual([
      [2, "rolled-back"],
      [1, "succeeded"],
    ]);
    expect(currentDeployment(deploymentsOf(all))?.sequence).toBe(1);
  });

  it("tells a start that has no end as started, and as interrupted once the next deployment follows it", () => {
    const cut = stored({ sequence: 3, previous: two.end.digest, result: "started" });
    expect(deploymentsOf([...all, cut])[0]).toMatchObject({ sequence: 3, result: "started" });
    const next = deployment(4, cut);
    expect(deploymentsOf([...all, cut, next.start, next.end]).map(({ result }) => result)).toEqual([
      "succeeded",
      "interrupted",
      "rolled-back",
      "succeeded",
    ]);
  });

  it("has a fork where two records follow one, loses neither, and everyone names the same head", () => {
    const rival = deployment(2, one.end, { actor: "bob@desk" });
    const records = [...all, rival.start, rival.end];
    expect(forksOf(all)).toEqual([]);
    expect(forksOf(records)).toEqual([{ previous: one.end.digest, records: expect.arrayContaining([two.start, rival.start]) }]);
    expect(headOf(records)).toBe(headOf([...records].reverse()));
    expect(deploymentsOf(records)).toHaveLength(3);
  });

  it("goes on from whoever won, not from whoever yielded", () => {
    const rival = deployment(2, one.end, { actor: "bob@desk", result: "yielded" });
    expect(headOf([one.start, one.end, rival.start, rival.end, two.start])).toBe(two.start);
  });
});

describe("what a rollback goes back to", () => {
  const one = deployment(1, undefined, { desired: 1 });
  const two = deployment(2, one.end, { desired: 2, image: { ...IMAGE, digest: digestOf("two") } });
  const three = deployment(3, two.end, { desired: 3, result: "rolled-back" });
  const deployments = deploymentsOf([one.start, one.end, two.start, two.end, three.start, three.end]);

  it.each([
    [undefined, 1],
    ["1", 1],
    ["2", 2],
    [digestOf("two"), 2],
    [digestOf("two").slice(7, 19), 2],
  ])("is for %s deployment %i", (to, sequence) => {
    expect(chooseRollback(deployments, "staging", to).sequence).toBe(sequence);
  });

  it.each([
    ["3", "deployment 3 of `staging` did not succeed: it is rolled-back"],
    ["9", "`staging` has no deployment `9`"],
    ["sha256:0", "`staging` has no deployment `sha256:0`"],
  ])("is nothing for %s", (to, message) => {
    expect(() => chooseRollback(deployments, "staging", to)).toThrow(
      expect.objectContaining({ code: "DEPLOYMENT_UNKNOWN", message }),
    );
  });

  it("is nothing before the first, or before one that is the same", () => {
    const again = deployment(2, one.end, { desired: 1 });
    for (const records of [[one.start, one.end], [one.start, one.end, again.start, again.end], []])
      expect(() => chooseRollback(deploymentsOf(records), "staging", undefined)).toThrow(/no earlier deployment/);
  });
});

describe("claiming a deployment", () => {
  const mine = stored({ result: "started", actor: "ann@desk" });
  const other = stored({ result: "started", actor: "bob@desk" });
  const [smaller, larger] = mine.digest < other.digest ? [mine, other] : [other, mine];

  it.each([
    ["wins alone", [smaller], "won"],
    ["waits for a rival of a larger digest", [smaller, larger], "wait"],
    ["wins once the rival has yielded", [smaller, larger, stored({ result: "yielded", previous: larger.digest })], "won"],
  ])("%s", (_, records, kind) => {
    expect(judgeClaim(smaller, records).kind).toBe(kind);
  });

  it("is lost to a rival of a smaller digest", () => {
    expect(judgeClaim(larger, [smaller, larger])).toEqual({ kind: "lost", rival: smaller });
  });
});

describe("a history in a repository", () => {
  const store = new MemoryStore();
  const place = (repository = store): HistoryPlace => ({ repository, environment: "staging", keep: 20 });
  const actorOf = (name: string, alive = true) => ({ name, process: 1, isAlive: () => alive });
  const portsOf = (name: string) => ({
    actor: actorOf(name),
    now: () => "2026-03-03T14:05:00Z",
    sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 1)),
  });
  const draft = {
    result: "started",
    target: "compose",
    image: IMAGE,
    reference: "it",
    cause: "deploy",
    desired: null,
  } as const;

  it("keeps start and end of each deployment under tags of their own", async () => {
    const start = await claimDeployment(place(), { head: undefined, draft }, portsOf("ann@desk"));
    await endDeployment(place(), start, { result: "succeeded", cause: "deploy" }, portsOf("ann@desk"));
    const records = await readHistory(store, "staging", { keep: 20 });
    expect(deploymentsOf(records).map(({ sequence, result }) => [sequence, result])).toEqual([[1, "succeeded"]]);
    expect(await recordedEnvironments(store, {})).toEqual(["staging"]);
    expect((await store.tags()).every((tag) => tag.startsWith("vox.deploy.staging.1."))).toBe(true);
  });

  it.each(Array.from({ length: 20 }, (_, round) => [round]))(
    "lets exactly one of three win who begin at once, tells the others, and keeps all their records (round %i)",
    async () => {
      const repository = new MemoryStore();
      const names = ["ann@desk", "bob@desk", "cem@desk"];
      const outcomes = await Promise.allSettled(
        names.map((name) => claimDeployment(place(repository), { head: undefined, draft }, portsOf(name))),
      );
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "DEPLOY_BUSY", exitCode: 75 });
      const records = await readHistory(repository, "staging", { keep: 20 });
      expect(records.map(({ record }) => record.result).sort()).toEqual([
        "started",
        "started",
        "started",
        "yielded",
        "yielded",
      ]);
      expect(forksOf(records)).toHaveLength(1);
    },
  );

  it("refuses to go on from somebody's unfinished deployment, unless its process is gone or it is taken over", () => {
    const started = stored({ result: "started", actor: "ann@desk", process: 7 });
    const free = (actor: ReturnType<typeof actorOf>, takeOver = false) => freeHead([started], place(), { actor, takeOver });
    expect(() => free(actorOf("bob@desk", false))).toThrow(expect.objectContaining({ code: "DEPLOY_BUSY" }));
    expect(() => free(actorOf("ann@desk"))).toThrow(/ann@desk is deploying to `staging` since/);
    expect(free(actorOf("ann@desk", false))).toBe(started);
    expect(free(actorOf("bob@desk"), true)).toBe(started);
  });

  it("does not believe a tag that names another record", async () => {
    const repository = new MemoryStore();
    const { bytes, descriptor } = formatRecord(recordOf());
    repository.add(bytes, descriptor.mediaType);
    await repository.tag(descriptor, "vox.deploy.staging.2.000000000000");
    await expect(readHistory(repository, "staging", { keep: 20 })).rejects.toThrow(/somebody moved it/);
  });

  it("reads no more than the deployments that are kept", async () => {
    const repository = new MemoryStore();
    for (let sequence = 1; sequence <= 9; sequence += 1) await appendRecord(repository, recordOf({ sequence }), {});
    const records = await readHistory(repository, "staging", { keep: 3 });
    expect(records.map(({ record }) => record.sequence).sort()).toEqual([7, 8, 9]);
  });

  it("reads back to the last deployment that succeeded, however many failed after it", async () => {
    const repository = new MemoryStore();
    for (let sequence = 1; sequence <= 9; sequence += 1)
      await appendRecord(repository, recordOf({ sequence, result: sequence <= 4 ? "succeeded" : "rolled-back" }), {});
    const deployments = deploymentsOf(await readHistory(repository, "staging", { keep: 3 }));
    expect(deployments.map(({ sequence }) => sequence)).toEqual([9, 8, 7, 6, 5, 4]);
    expect(currentDeployment(deployments)?.sequence).toBe(4);
  });

  it("knows what runs by sequences, whatever clocks say", () => {
    const [first, second] = [stored({ at: "2031-01-01T00:00:00Z" }), stored({ sequence: 2, at: "1999-01-01T00:00:00Z" })];
    expect(currentDeployment(deploymentsOf([first, second]))?.sequence).toBe(2);
    expect(headOf([first, second])).toBe(second);
  });
});

describe("records that are older than those that are kept", () => {
  async function historyOf(sequences: number, over: (sequence: number) => Partial<DeploymentRecord> = () => ({})) {
    const repository = new MemoryStore();
    for (let sequence = 1; sequence <= sequences; sequence += 1)
      await appendRecord(repository, recordOf({ sequence, ...over(sequence) }), {});
    return repository;
  }
  const sequencesIn = async (repository: MemoryStore): Promise<readonly number[]> =>
    (await repository.tags()).flatMap((tag) => parseRecordTag(tag)?.sequence ?? []).sort((left, right) => left - right);

  it("go at every tenth deployment, but for what ran before", async () => {
    const repository = await historyOf(20);
    const keeping = { keep: 3, before: 12 };
    expect(await tidyHistory(repository, "staging", { sequence: 19, ...keeping }, {})).toBe(0);
    expect(await tidyHistory(repository, "staging", { sequence: 20, ...keeping }, {})).toBe(16);
    expect(await sequencesIn(repository)).toEqual([12, 18, 19, 20]);
  });

  it("stay where they are another environment's, or no records", async () => {
    const repository = await historyOf(1, () => ({ environment: "production" }));
    const image = repository.add(Buffer.from('{"schemaVersion":2,"manifests":[]}'), IMAGE.mediaType);
    await repository.tag(image, formatRecordTag("staging", 1, image.digest));
    await expect(tidyHistory(repository, "staging", { sequence: 10, keep: 1 }, {})).rejects.toMatchObject({
      code: "OCI_INVALID",
    });
    expect(await repository.exists(image)).toBe(true);
    expect(await repository.tags()).toHaveLength(2);
  });

  it("stay where the registry lets nobody take anything out", async () => {
    const repository = await historyOf(10);
    repository.removeManifest = async () => false;
    expect(await tidyHistory(repository, "staging", { sequence: 10, keep: 1 }, {})).toBe(0);
    expect(await sequencesIn(repository)).toHaveLength(10);
  });
});
