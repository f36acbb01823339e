import type { Finding, ServerHealth } from "../reports/health.ts";
import type { TierConfig } from "../tiers/tier.ts";
import { finding } from "./findings.ts";
import type { ItemOutcome, ServerAddress } from "./items.ts";

export interface ServerJudgement {
  readonly health: ServerHealth;
  readonly findings: readonly Finding[];
  /** Where to look when the mount itself hangs. */
  readonly hint: string;
}

/** Whether the tier's server answers on its port; `undefined` when it has none. */
export function judgeServer(tier: TierConfig, outcome: ItemOutcome | undefined): ServerJudgement | undefined {
  const { server } = tier;
  if (server === undefined) return undefined;
  if (outcome?.state !== "answered" || outcome.answer.kind !== "server") {
    return {
      health: { ...server, reachable: false, latencyMs: null },
      findings: [],
      hint: "look at the server, too: it was not asked",
    };
  }
  const { error, latencyMs } = outcome.answer;
  if (error === undefined) {
    const hint = "the server is up: look at its export, or at the network between (guide: a hung NAS)";
    return { health: { ...server, reachable: true, latencyMs }, findings: [], hint };
  }
  const words = {
    tier: tier.name,
    message: `${serverDownMessage(server, error)}; the mount was not touched`,
    hint: serverDownHint(server, error),
  };
  const health = { ...server, reachable: false, latencyMs: null };
  return {
    health,
    findings: [finding("server-down", words)],
    hint: "its server does not answer either: look there first",
  };
}

function serverDownMessage({ host, port }: ServerAddress, error: string): string {
  if (error === "ENOTFOUND" || error === "EAI_AGAIN") return `the name ${host} cannot be looked up (${error})`;
  if (error === "ECONNREFUSED") return `${host} refuses connections on port ${port}`;
  if (error === "ETIMEDOUT") return `${host} does not answer on port ${port} within 2 s`;
  return `${host} cannot be reached on port ${port} (${error})`;
}

function serverDownHint({ host }: ServerAddress, error: string): string {
  if (error === "ENOTFOUND" || error === "EAI_AGAIN") return `look at the name service: getent hosts ${host}`;
  if (error === "ECONNREFUSED") return "the machine is up: look at its file service";
  return `look at the machine and the network: ping ${host}`;
}
