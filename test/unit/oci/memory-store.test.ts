import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { describeRepositoryContract } from "../../support/content-store-contract.ts";

describeRepositoryContract("a memory store", { open: async () => new MemoryStore() });
