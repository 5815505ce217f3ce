import { compareUtf8 } from "../core/text-order.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { TarMember } from "./tar-entry.ts";

/** Members as they must follow each other: sorted, each in a directory that is a member, none of those empty (contracts, §4). */
export class MemberOrder {
  /** The directories that the last member is in, each the beginning of the next; `above` is not a member. */
  readonly #open: { readonly path: string; holds: boolean }[];
  #previous = "";

  constructor(above: string) {
    this.#open = [{ path: above, holds: true }];
  }

  /** @throws {VoxError} ARCHIVE_INVALID */
  add(member: TarMember): void {
    const { path } = member;
    if (path === this.#previous) throw invalid(`\`${path}\` is there twice`);
    if (compareUtf8(path, this.#previous) < 0) throw invalid(`\`${path}\` stands after \`${this.#previous}\``);
    this.#previous = path;
    this.#enter(path);
    if (member.kind === "directory") this.#open.push({ path, holds: false });
  }

  /** @throws {VoxError} ARCHIVE_INVALID */
  end(): void {
    this.#closeUnless("");
  }

  #enter(path: string): void {
    this.#closeUnless(path);
    const parent = this.#open.at(-1);
    if (parent?.path !== path.slice(0, path.lastIndexOf("/", path.length - 2) + 1)) {
      throw invalid(`\`${path}\` is in a directory that is no member`);
    }
    parent.holds = true;
  }

  #closeUnless(path: string): void {
    for (let last = this.#open.at(-1); last && !path.startsWith(last.path); last = this.#open.at(-1)) {
      if (!last.holds) throw invalid(`\`${last.path}\` is an empty directory`);
      this.#open.pop();
    }
  }
}

const invalid = (message: string): VoxError => new VoxError("ARCHIVE_INVALID", message);
