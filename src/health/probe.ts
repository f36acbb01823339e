import { endAtOnce } from "../host/detached.ts";
import { usageOf, writeLine } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { tryConnect } from "../host/tcp.ts";
import { hasCode } from "../lib/errors.ts";
import type { FilesystemItem, ProbeAnswer, ProbeItem, ServerAddress, ServerAnswer } from "./items.ts";
import { probeTier } from "./probe-tier.ts";
import { probeVolumeGroup } from "./probe-volume-group.ts";

const serverLimitMs = 2_000;

/**
 * The work of a probe child: answers each item as one line of JSON. It may be stuck in any call on a path, so what
 * needs no server comes first, and a mount whose server does not answer is not touched.
 */
export async function answerProbe(request: string, host: Host): Promise<void> {
  const items = JSON.parse(request) as readonly ProbeItem[];
  const tell = (item: ProbeItem, answer: ProbeAnswer) => {
    if (!writeLine(JSON.stringify({ item: items.indexOf(item), answer }))) endAtOnce();
  };
  for (const item of items) if (!behindServer(item)) tell(item, await answerItem(item, host));
  const servers = await Promise.all(
    items.filter(isServer).map(async (item) => ({ item, answer: await askServer(item.server) })),
  );
  for (const { item, answer } of servers) {
    tell(item, answer);
    if (answer.error !== undefined) continue;
    for (const each of items)
      if (behindServer(each) && each.tier === item.tier) tell(each, await answerItem(each, host));
  }
  // A name that is still being looked up would keep this process, and so its lock.
  if (servers.some(({ answer }) => answer.error === "ETIMEDOUT")) endAtOnce();
}

function isServer(item: ProbeItem) {
  return item.kind === "server";
}

function behindServer(item: ProbeItem): boolean {
  return isServer(item) || (item.kind !== "volume-group" && item.server !== undefined);
}

async function askServer(server: ServerAddress): Promise<ServerAnswer> {
  return { kind: "server", ...(await tryConnect({ ...server, timeoutMs: serverLimitMs })) };
}

async function answerItem(item: ProbeItem, host: Host): Promise<ProbeAnswer> {
  try {
    switch (item.kind) {
      case "filesystem":
        return probeFilesystem(item, host);
      case "tier":
        return probeTier(item, host);
      case "volume-group":
        return await probeVolumeGroup(item.name, host.exec);
      case "server":
        return await askServer(item.server);
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return { kind: "error", ...code };
  }
}

function probeFilesystem(item: FilesystemItem, host: Host): ProbeAnswer {
  const started = host.clock.elapsed();
  const { sizeBytes, usedBytes, freeBytes, inodes, freeInodes } = usageOf(item.path);
  const latencyMs = host.clock.elapsed() - started;
  return { kind: "filesystem", sizeBytes, usedBytes, freeBytes, inodes, freeInodes, latencyMs };
}

function systemCode(error: unknown): { readonly code: string; readonly call: string } | undefined {
  if (!(error instanceof Error) || !("code" in error) || !hasCode(error, String(error.code))) return undefined;
  const code = String(error.code);
  if (!/^E[A-Z0-9]+$/.test(code)) return undefined;
  const { call, syscall } = error as { call?: unknown; syscall?: unknown };
  return { code, call: String(call ?? syscall ?? "a system call") };
}
