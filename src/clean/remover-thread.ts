import type { MessagePort } from "node:worker_threads";
import type { RemovalPack } from "../catalog/removal-table.ts";
import { type PackPlace, removePacks } from "./remove-packs.ts";

/** What a thread is told at its start. */
export interface RemoverTask extends PackPlace {
  readonly work: "remove";
}

export const endOfRemovals = "end";

/** Removes packs for another thread, in the order in which they come, until it is told to end. */
export function serveRemover(place: PackPlace, port: MessagePort): void {
  port.on("message", (message: readonly RemovalPack[] | typeof endOfRemovals) => {
    if (message === endOfRemovals) port.close();
    else port.postMessage(removePacks(place, message));
  });
}
