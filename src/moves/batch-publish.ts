import { printManifestLine, storedLine } from "../catalog/manifest.ts";
import { operationId } from "../catalog/operation.ts";
import { applySetbacks, type Batch, type Item, outOf, shareSetbacks } from "./batch-item.ts";
import { verifiedFacts } from "./batch-names.ts";
import type { Setback } from "./failure.ts";
import type { MoveSession } from "./session.ts";

/**
 * Steps 6 and 7 for what the journal has as verified: manifest, names, sync, journal. Not interruptible, since what is
 * begun here is cheaper to finish than to repair. @throws TierFailure
 */
export async function publishItems(session: MoveSession, batch: Batch): Promise<void> {
  const ready = batch.items.filter((item) => item.setback === undefined);
  // The manifest and the catalog name the same moment, so that one can be made of the other.
  const atMs = session.clock.now();
  if (ready.length > 0) {
    await session.timed("publish", () => giveNames(session, batch, { ready, atMs }));
    const { names } = session.syncs;
    if (!session.context.syncEach) await session.timed("sync", () => session.copiers.idlest().ask("sync", names));
  }
  await session.timed("journal", () => {
    session.journal.publish(batch.key, { host: session.host, nowMs: atMs });
  });
}

async function giveNames(
  session: MoveSession,
  batch: Batch,
  { ready, atMs }: { readonly ready: readonly Item[]; readonly atMs: number },
): Promise<void> {
  const facts = { host: session.host, atMs, tier: session.tier.name, root: session.source.path };
  const lines = ready.map((item) => printManifestLine(storedLine(item.operation, verifiedFacts(item), facts)));
  session.writeManifest(lines.join(""));
  await Promise.all(
    batch.pieces.map(async (piece) => {
      const names = piece.items.map((item) => (item.setback === undefined ? (item.storedAs ?? null) : null));
      applySetbacks(piece, await piece.copier.ask("publish", { piece: piece.id, names }));
    }),
  );
  const taken = ready.filter((item) => item.setback !== undefined);
  if (taken.length > 0) await withdraw(session, batch, taken);
}

/** Takes back what was announced and did not come about. */
export async function withdraw(session: MoveSession, batch: Batch, items: readonly Item[]): Promise<void> {
  const atMs = session.clock.now();
  const lines = items.map(({ operation, setback }) =>
    printManifestLine({
      fact: "withdrawn",
      id: operationId(operation),
      atMs,
      reason: setback?.message ?? "the run died before this copy was under its name",
    }),
  );
  session.writeManifest(lines.join(""));
  for (const piece of batch.pieces) {
    const indexes = piece.items.flatMap((item, index) => (items.includes(item) ? [index] : []));
    if (indexes.length > 0) await piece.copier.ask("drop", { piece: piece.id, indexes });
  }
  session.journal.drop(
    batch.key,
    items.map((item) => item.operation),
  );
}

/** Steps 8 and 9 for a batch whose copies are durable under their names: the sources go, the journal is closed. */
export async function removeItems(session: MoveSession, batch: Batch): Promise<void> {
  const stored = batch.items.filter((item) => item.setback === undefined);
  // A link whose sibling found its name taken keeps its source.
  shareSetbacks(batch.items);
  for (const item of stored) if (item.setback !== undefined) item.setback = keptAtSource(item.setback);
  await session.timed("unlink", () => removePieces(batch));
  for (const item of stored) {
    if (item.setback !== undefined && item.setback.verdict !== "rescued") item.setback = keptAtSource(item.setback);
  }
  session.journal.finish(batch.key, session.clock.now());
}

export async function removePieces(batch: Batch): Promise<void> {
  await Promise.all(
    batch.pieces.map(async (piece) => {
      applySetbacks(piece, await piece.copier.ask("remove", { piece: piece.id, out: outOf(piece) }));
    }),
  );
}

function keptAtSource(setback: Setback): Setback {
  return { ...setback, verdict: "kept-at-source" };
}
