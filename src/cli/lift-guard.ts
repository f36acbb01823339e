import { type AppDoors, selectJobs } from "../app/app.ts";
import { liftGuard } from "../app/approve.ts";
import { clockRefusal } from "../app/clock.ts";
import { planJob } from "../app/plan.ts";
import type { Config } from "../config/config.ts";
import { type GuardId, guards, isGuard } from "../jobs/guards.ts";
import { closest } from "../lib/closest.ts";
import { exitCodes } from "../lib/error-codes.ts";
import { OperatorError } from "../lib/errors.ts";
import type { ApprovedJob } from "../reports/approve.ts";
import { isYes, operatorName, showJob } from "./approve-screen.ts";
import type { Cli } from "./cli.ts";
import { mark } from "./terminal.ts";

export interface GuardToLift {
  readonly config: Config;
  readonly names: readonly string[];
  readonly guard: string;
  readonly json: boolean;
}

/** `approve JOB --guard ID`: shows what the guard stops, and lets the next run of the job get past it, once. */
export async function liftGuardOf(cli: Cli, doors: AppDoors, asked: GuardToLift): Promise<readonly ApprovedJob[]> {
  const { config, json } = asked;
  const guard = requireLiftable(asked.guard);
  const refusal = await clockRefusal(doors, config);
  const shown: ApprovedJob[] = [];
  for (const rule of selectJobs(config, asked.names)) {
    const { plan } = await planJob(doors, config, { rule, options: { stepsAtMost: 3, guard: refusal } });
    if (!json) showJob(cli, { rule, plan });
    const isStopped = plan.refusal?.guard === guard;
    const { state, fingerprint } = plan.approval;
    shown.push({
      name: rule.name,
      fingerprint,
      approved: state === "approved",
      lifted: isStopped ? guard : null,
      error: plan.error,
    });
  }
  const stopped = shown.filter(({ lifted }) => lifted !== null).map(({ name }) => name);
  const isAsked = cli.terminal.interactive && !json && stopped.length > 0;
  const isLifted = !isAsked || (await isYes(cli, `let ${stopped.join(", ")} get past ${guard} once? [y/N] `));
  if (isLifted) liftGuard(doors, config, { jobs: stopped, guard, by: operatorName(cli) });
  const result = shown.map((job) => (isLifted ? job : { ...job, lifted: null }));
  if (!json) tell(cli, guard, result);
  if (!isLifted) cli.exit(exitCodes.refused);
  else if (stopped.length < shown.length) cli.exit(exitCodes.partial);
  return result;
}

function requireLiftable(id: string): GuardId {
  if (!isGuard(id)) {
    const meant = closest(id, Object.keys(guards));
    throw new OperatorError("USAGE", `there is no guard ${id}`, {
      hint: meant === undefined ? "docs/reference/errors.md lists them" : `did you mean ${meant}?`,
    });
  }
  if (guards[id].canBeLifted) return id;
  throw new OperatorError("USAGE", `${id} cannot be lifted`, { hint: `it ends by ${guards[id].mendedBy}` });
}

function tell({ terminal }: Cli, guard: GuardId, jobs: readonly ApprovedJob[]): void {
  for (const { name, lifted, approved } of jobs) {
    const words = lifted === null ? `is not stopped by ${guard}` : `gets past ${guard} at its next run, once`;
    const waits = lifted !== null && !approved ? "; it still waits for approval" : "";
    terminal.print(`${mark(terminal, lifted === null ? "warning" : "ok")} ${name} ${words}${waits}\n`);
  }
  const ready = jobs.filter(({ lifted, approved }) => lifted !== null && approved).map(({ name }) => name);
  if (ready.length > 0) terminal.print(`do it:  tierkeep run ${ready.join(" ")}\n`);
}
