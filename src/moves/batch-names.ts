import type { VerifiedFacts } from "../catalog/operation.ts";
import { nameExists } from "../host/stat.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { nameWithHash, nameWithRun, storedName } from "../policies/stored-name.ts";
import type { Item } from "./batch-item.ts";
import { suffixes } from "./copier-context.ts";
import { cacheDirectories, type DirectoryCache } from "./directories.ts";
import { onTierName, type Setback } from "./failure.ts";
import { contentOf } from "./prove-piece.ts";
import { whatLies } from "./publish.ts";
import type { MoveSession } from "./session.ts";
import { jobFolder } from "./stored-tree.ts";

/**
 * Decides under which name each copy will lie, and makes its directory. A name that is taken by other content gets
 * the content's hash; where that is taken, too, the file stays (HAZARDS M10).
 */
export function decideNames(session: MoveSession, items: readonly Item[]): void {
  using directories = cacheDirectories(session.tier.root);
  const folder = jobFolder(session.host, session.rule.name);
  const given = new Set<RawPath>();
  for (const item of items) {
    if (item.setback !== undefined) continue;
    const setback = onTierName(() => decideName(item, { session, folder, directories, given }));
    if (setback !== undefined) item.setback = setback;
  }
}

interface Deciding {
  readonly session: MoveSession;
  readonly folder: RawPath;
  readonly directories: DirectoryCache;
  /** Names that this batch has given away already. */
  readonly given: Set<RawPath>;
}

function decideName(item: Item, deciding: Deciding): Setback | undefined {
  const { session, folder, given } = deciding;
  const { copied, operation } = item;
  if (copied === undefined) throw new Error("only copied items get a name");
  const { path, identity } = operation;
  const suffix = suffixes[copied.compression];
  const limits = { suffix, nameMaxBytes: session.capabilities.nameMaxBytes };
  const below = storedName({ path, modifiedNs: identity.modifiedNs, layout: session.rule.layout, ...limits });
  const plain = joinPath(folder, below);
  const directory = parentOf(plain);
  const isNew = session.tree.ensure(directory, parentOf(path));
  // Elsewhere other names, too, can mean the same file.
  if (isNew && session.capabilities.byteNames) session.newDirectories.begin(directory);
  const { sha256 } = copied;
  const { run, rule } = session;
  const other = () =>
    rule.unit === "entry" ? nameWithRun(plain, { run, sha256 }, limits) : nameWithHash(plain, sha256, limits);
  for (const choice of [() => plain, other]) {
    const name = choice();
    const found = whatHas(name, item, deciding);
    if (found === "itself")
      return { verdict: "name-taken", message: `it lies on ${session.tier.name}, as ${shellQuote(name)}` };
    if (found === "other") continue;
    given.add(name);
    session.newDirectories.take(name);
    item.storedAs = name;
    return undefined;
  }
  return { verdict: "name-taken", message: `other content lies at ${shellQuote(plain)} on ${session.tier.name}` };
}

/** A name may be taken that is free, or holds the very same bytes already. */
function whatHas(
  name: RawPath,
  item: Item,
  { session, directories, given }: Deciding,
): ReturnType<typeof whatLies> | "free" {
  if (given.has(name)) return "other";
  if (session.newDirectories.isFree(name)) return "free";
  if (!nameExists(directories.open(parentOf(name)), baseName(name))) return "free";
  const { operation, copied } = item;
  return whatLies(session.context, name, { content: contentOf(operation, copied), source: operation.identity });
}

export function verifiedFacts(item: Item): VerifiedFacts {
  const { copied, storedAs } = item;
  if (copied === undefined || storedAs === undefined) throw new Error("only verified items have facts");
  const { storedBytes, sha256, storedSha256, compression, facts } = copied;
  return { storedAs, storedBytes, sha256, storedSha256, compression, facts };
}
