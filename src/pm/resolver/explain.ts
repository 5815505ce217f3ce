import { compareUtf8, sortedByUtf8 } from "../../core/text-order.ts";
import { causesFirst, causesOf, factsOf, type Derivation } from "./derivation.ts";

/** A failure told to people: what was asked in vain, and the argument in numbered lines. */
export interface Explanation {
  /** The project's own requirements that take part. */
  readonly title: string;
  /** Each is one step: `1. Because … and …, …`. */
  readonly lines: readonly string[];
}

export function explain(root: Derivation): Explanation {
  return { title: titleOf(root), lines: root.kind === "fact" ? [] : new Prose(root).lines };
}

function titleOf(root: Derivation): string {
  if (root.kind === "fact") return root.statement;
  const byMember = new Map<string, Set<string>>();
  for (const { fact, statement } of factsOf(root)) {
    if (fact.member === undefined || fact.kind !== "requires") continue;
    const wish = wishOf(statement, fact.member);
    byMember.set(fact.member, (byMember.get(fact.member) ?? new Set()).add(wish));
  }
  const wishes = sortedByUtf8(byMember, ([member]) => member).map(
    ([member, asked]) => `\`${member}\` asks for ${listOf([...asked].sort(compareUtf8))}`,
  );
  const count = [...byMember.values()].reduce((sum, asked) => sum + asked.size, 0);
  if (count === 0) return "no versions meet all requirements";
  return `${listOf(wishes)}, which cannot be had${count === 1 ? "" : " together"}`;
}

type Derived = Derivation & { readonly kind: "derived" };

/** Tells a step; yields the steps that are to be told before it goes on. */
type Telling = Generator<Derived, void>;

/** Tells a tree in the order of PubGrub's reports: a line for a step, and a number to refer back to. */
class Prose {
  readonly lines: string[] = [];
  readonly #numbers = new Map<Derivation, number>();
  readonly #uses = new Map<Derivation, number>();

  constructor(root: Derived) {
    for (const cause of [root, ...causesFirst<Derivation>(root, causesOf).flatMap(causesOf)]) {
      this.#uses.set(cause, (this.#uses.get(cause) ?? 0) + 1);
    }
    this.#tellAll(root);
  }

  /** Runs the telling of a step, which yields the steps to tell before it: an argument may be too deep to recurse into. */
  #tellAll(root: Derived): void {
    const stack = [this.#tell(root)];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const before = top.next();
      if (before.done === true) stack.pop();
      else if (!this.#numbers.has(before.value)) stack.push(this.#tell(before.value));
    }
  }

  *#tell(step: Derived): Telling {
    const [first, second] = ordered(step.causes);
    if (first.kind === "derived" && second.kind === "derived") yield* this.#tellTwo(step, first, second);
    else if (second.kind === "derived") yield* this.#tellOne(step, second, first);
    else this.#line(step, `Because ${both(first, second)}`);
  }

  /** A step from what was derived and a fact. */
  *#tellOne(step: Derived, derived: Derived, fact: Derivation): Telling {
    if (this.#numbers.has(derived)) return this.#line(step, `Because ${joined(fact.statement, this.#reference(derived))}`);
    const [inner, innerFact] = this.#collapsible(derived);
    if (inner && innerFact) {
      yield inner;
      return this.#line(step, `And because ${both(fact, innerFact)}`);
    }
    yield derived;
    this.#line(step, `And because ${fact.statement}`);
  }

  /** A step that nobody else refers to and that adds one fact to another step need not have a line of its own. */
  #collapsible(derived: Derived): readonly [Derived, Derivation] | readonly [] {
    const [fact, inner] = ordered(derived.causes);
    if (fact.kind !== "fact" || inner.kind !== "derived" || (this.#uses.get(derived) ?? 0) > 1 || this.#numbers.has(inner))
      return [];
    return [inner, fact];
  }

  *#tellTwo(step: Derived, first: Derived, second: Derived): Telling {
    if (this.#numbers.has(first) && this.#numbers.has(second)) {
      return this.#line(step, `Because ${joined(this.#reference(first), this.#reference(second))}`);
    }
    const [told, untold] = this.#numbers.has(second) ? [second, first] : [first, second];
    yield told;
    if (this.#numbers.has(untold)) return this.#line(step, `Because ${joined(this.#reference(told), this.#reference(untold))}`);
    yield untold;
    this.#line(step, `And because ${this.#reference(told)}`);
  }

  #reference(derivation: Derivation): string {
    return `${derivation.statement} (${this.#numbers.get(derivation)})`;
  }

  #line(step: Derived, because: string): void {
    const number = this.lines.length + 1;
    this.lines.push(`${number}. ${because}, ${step.statement}`);
    this.#numbers.set(step, number);
  }
}

/** Two facts as one clause; a member that asks for both is named once. */
function both(left: Derivation, right: Derivation): string {
  const [first, second] = ordered([left, right]);
  if (
    first.kind !== "fact" ||
    second.kind !== "fact" ||
    first.fact.member === undefined ||
    first.fact.member !== second.fact.member
  ) {
    return joined(first.statement, second.statement);
  }
  const [shorter, longer] = [first.statement, second.statement].sort(compareUtf8);
  return `${shorter} and ${wishOf(longer ?? "", first.fact.member)}`;
}

/** A clause that holds a comma of its own needs one at its end. */
const joined = (left: string, right: string): string => `${left}${left.includes(", ") ? "," : ""} and ${right}`;

const wishOf = (statement: string, member: string): string => statement.slice(`\`${member}\` asks for `.length);

/** The project's own wishes before other facts, facts before what was derived. */
function ordered([left, right]: readonly [Derivation, Derivation]): readonly [Derivation, Derivation] {
  return rank(right) < rank(left) ? [right, left] : [left, right];
}

function rank(derivation: Derivation): number {
  if (derivation.kind === "derived") return 2;
  return derivation.fact.member === undefined ? 1 : 0;
}

function listOf(items: readonly string[]): string {
  return items.length <= 1 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
