import type { MessagePort, Transferable } from "node:worker_threads";
import { type OwnerNames, ownerNames } from "../host/owner-names.ts";
import { closeFd, syncFileSystem } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { CopierContext } from "./copier-context.ts";
import {
  type CopierCall,
  type CopierCalls,
  type CopierRequest,
  type CopierResponse,
  endOfWork,
  type ReadBackTask,
  type RecheckTask,
} from "./copier-messages.ts";
import { copyFile } from "./copy-file.ts";
import { onSource, onTier, type Setback, TierFailure } from "./failure.ts";
import { compressPart, decompressPart } from "./frame-work.ts";
import { publishFiles } from "./publish.ts";
import { compareStored, openStored } from "./read-back.ts";
import { removeSources } from "./remove-source.ts";
import { openChecked } from "./source-file.ts";

/** Answers requests one after another with plain synchronous system calls; the pool spreads them over threads. */
export function serveCopier(context: CopierContext, port: MessagePort): void {
  const names = ownerNames();
  port.on("message", (message: CopierRequest | typeof endOfWork) => {
    if (message === endOfWork) {
      port.close();
      return;
    }
    const answer = answerSafely(context, message, names);
    port.postMessage(answer, transferables(answer));
  });
}

function answerSafely(context: CopierContext, message: CopierRequest, names: OwnerNames): CopierResponse {
  try {
    return { id: message.id, response: answers(context, names)[message.call](message.request as never) };
  } catch (error) {
    if (!(error instanceof TierFailure)) throw error;
    return { id: message.id, failure: { code: error.code, message: error.message } };
  }
}

type Answers = {
  readonly [Call in CopierCall]: (request: CopierCalls[Call]["request"]) => CopierCalls[Call]["response"];
};

function answers(context: CopierContext, names: OwnerNames): Answers {
  return {
    copy: (tasks) => tasks.map((task) => copyFile(context, task, names)),
    sync: (fd) => {
      onTier(() => syncFileSystem(fd));
      return true;
    },
    readBack: (tasks) => tasks.map((task) => readBack(context, task) ?? null),
    recheck: (tasks) => tasks.map((task) => recheck(context, task) ?? null),
    publish: (tasks) => publishFiles(context, tasks),
    remove: (tasks) => removeSources(context, tasks).map((result) => result ?? null),
    compress: compressPart,
    decompress: decompressPart,
  };
}

function readBack(context: CopierContext, task: ReadBackTask): string | undefined {
  return onTier(() => {
    // Under a final name only recovery looks, after who knows what: the device itself must answer.
    const fd =
      task.within === "staging"
        ? openIfThere(context.staging, task.path, context.readBack)
        : openIfThere(context.tier, task.path, "device");
    if (fd === undefined) return "it is not there";
    try {
      return compareStored(fd, task.content);
    } finally {
      closeFd(fd);
    }
  });
}

function openIfThere(directory: number, path: RawPath, readBackFrom: CopierContext["readBack"]): number | undefined {
  try {
    return openStored(directory, path, readBackFrom);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function recheck(context: CopierContext, task: RecheckTask): Setback | undefined {
  const result = onSource(() => openChecked({ root: context.source, leases: context.leases, ...task }));
  if (typeof result === "string") return { verdict: result };
  if (typeof result !== "number") return result;
  closeFd(result);
  return undefined;
}

function transferables(answer: CopierResponse): Transferable[] {
  if (!("response" in answer) || typeof answer.response !== "object" || answer.response === null) return [];
  return Object.values(answer.response).flatMap((value) =>
    value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : [],
  );
}
