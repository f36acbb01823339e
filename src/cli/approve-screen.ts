import type { JobRule } from "../config/config.ts";
import type { JobPlan } from "../reports/plan.ts";
import type { Cli } from "./cli.ts";
import { planScreen } from "./plan-screen.ts";

/** Prints one job's plan before a person decides about it. */
export function showJob(cli: Cli, { rule, plan }: { readonly rule: JobRule; readonly plan: JobPlan }): void {
  const view = { plan, rule, nowMs: cli.host.clock.now(), allSteps: false };
  cli.terminal.print(`${planScreen(cli.terminal, view)}\n`);
}

export async function isYes(cli: Cli, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await cli.terminal.ask(question)).trim());
}

/** Who is behind root, as far as the login tells. */
export function operatorName(cli: Cli): string {
  return cli.env.SUDO_USER ?? cli.env.USER ?? cli.env.LOGNAME ?? "unknown";
}
