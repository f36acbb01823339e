import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import { OperatorError } from "../lib/errors.ts";
import { type TierAdoptReport, tierAdoptReport } from "../reports/tier.ts";
import { type Adopted, type Adoption, prepareAdoption } from "../tiers/adopt.ts";
import { uuidOf } from "../tiers/identity.ts";
import { notHeld } from "../tiers/not-held.ts";
import { refuseOverlap } from "../tiers/overlap.ts";
import { writePinStatus } from "../tiers/status-pins.ts";
import type { TierConfig, TierPin } from "../tiers/tier.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { doneScreen, previewScreen, type SoleCopies } from "./tier-adopt-screen.ts";

/** Where pins are kept: the catalog. */
export interface PinStore {
  readonly pinOf: (tier: string) => TierPin | undefined;
  readonly savePin: (pin: TierPin) => void;
  /** The tier that had the name is gone for good, and what was stored there is lost. */
  readonly forgetTier: (tier: string) => void;
  /** What is stored on the tier and nowhere else; said before it is replaced. */
  readonly soleCopies?: (tier: string) => SoleCopies;
}

/** What the verbs of `tier` open for themselves. */
export interface TierDoors {
  readonly config: (file: string | undefined) => Config;
  readonly pins: (config: Config) => PinStore & Disposable;
}

interface AdoptOptions extends SharedOptions {
  readonly yes?: boolean;
  readonly moved?: boolean;
  readonly replace?: boolean;
}

/** `tierkeep tier adopt NAME`: makes what is mounted at the tier's path the tier, to be known again. */
export function addTierAdoptVerb(parent: Command, cli: Cli, open: TierDoors): void {
  addVerb(parent, "adopt", "make what is mounted at a tier's path that tier")
    .argument("<name>", "a tier of the configuration")
    .option("--yes", "do not ask")
    .option("--moved", "the tier's identity and files were moved to this file system")
    .option("--replace", "the tier that was known is gone; this one takes its name")
    .action(async (name: string, _options: unknown, command: Command) => {
      await adopt(cli, open, { ...command.optsWithGlobals<AdoptOptions>(), name });
    });
}

async function adopt(cli: Cli, open: TierDoors, options: AdoptOptions & { readonly name: string }): Promise<void> {
  const config = open.config(options.config);
  const tier = requireTier(config, options.name);
  refuseOverlap(tier, config.tiers);
  using store = open.pins(config);
  const request = { config: tier, pin: store.pinOf(tier.name), moved: options.moved === true };
  using adoption = prepareAdoption({ ...request, replace: options.replace === true });
  if (!(await isMeant(cli, { tier, adoption, options, soleCopies: store.soleCopies?.(tier.name) }))) return;
  const adopted = adoption.apply({ uuid: uuidOf(cli.host.random(16)), now: cli.host.clock.now() });
  if (adoption.decision.kind === "replace") store.forgetTier(tier.name);
  store.savePin(adopted.pin);
  writeStatus(cli, { config, store, adopted });
  const report = makeReport(cli, { config, tier, adoption, adopted });
  cli.terminal.print(
    options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : doneScreen(cli.terminal, report),
  );
}

function requireTier(config: Config, name: string): TierConfig {
  const tier = config.tiers.find((candidate) => candidate.name === name);
  if (tier === undefined) {
    const names = config.tiers.map((candidate) => candidate.name).join(", ");
    throw new OperatorError("USAGE", `there is no tier ${name}`, { hint: `there are ${names}` });
  }
  if (tier.path !== undefined) return tier;
  throw new OperatorError("TIER_UNFIT", `${name} has no path: it is only watched`, {
    hint: `to keep files there, set tiers.${name}.path`,
  });
}

interface Question {
  readonly tier: TierConfig;
  readonly adoption: Adoption;
  readonly options: AdoptOptions;
  readonly soleCopies: SoleCopies | undefined;
}

async function isMeant(cli: Cli, { tier, adoption, options, soleCopies }: Question): Promise<boolean> {
  const { terminal } = cli;
  const isAsked = options.yes !== true && options.json !== true && terminal.interactive;
  if (options.yes !== true && !isAsked) {
    throw new OperatorError("ADOPT_REFUSED", `${tier.name} was not adopted: there is no terminal to ask on`, {
      hint: `when it is meant: tierkeep tier adopt ${tier.name}${flagsOf(options)} --yes`,
    });
  }
  const preview = previewScreen(terminal, tier, { adoption, soleCopies });
  if (!isAsked) {
    if (options.json !== true) terminal.print(preview);
    return true;
  }
  terminal.note(preview);
  const answer = await terminal.ask(`adopt it as ${tier.name}? [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return true;
  throw new OperatorError("ADOPT_REFUSED", `${tier.name} was not adopted; nothing was changed`);
}

function flagsOf(options: AdoptOptions): string {
  return `${options.moved === true ? " --moved" : ""}${options.replace === true ? " --replace" : ""}`;
}

interface Deed {
  readonly config: Config;
  readonly store: PinStore;
  readonly adopted: Adopted;
}

function writeStatus(cli: Cli, { config, store, adopted }: Deed): void {
  const pins = config.tiers.flatMap((tier) => store.pinOf(tier.name) ?? []);
  writePinStatus(config.runtimeDir, pins, {
    now: cli.host.clock.now(),
    host: config.host,
    capabilities: new Map([[adopted.pin.tier, adopted.capabilities]]),
  });
}

const results = { new: "adopted", join: "joined", again: "unchanged", moved: "moved", replace: "replaced" } as const;

interface Told {
  readonly config: Config;
  readonly tier: TierConfig;
  readonly adoption: Adoption;
  readonly adopted: Adopted;
}

function makeReport(cli: Cli, { config, tier, adoption, adopted }: Told): TierAdoptReport {
  const { pin, capabilities } = adopted;
  const { decision, usage } = adoption;
  return tierAdoptReport(
    {
      tier: tier.name,
      path: tier.path ?? "",
      result: results[decision.kind],
      uuid: pin.uuid,
      source: decision.mount.source,
      filesystemType: pin.filesystemType,
      filesystemId: pin.filesystemId,
      sizeBytes: usage.sizeBytes,
      freeBytes: usage.freeBytes,
      usedInodes: usage.usedInodes ?? null,
      capabilities: { ...capabilities },
      intoManifest: notHeld(capabilities),
    },
    { now: cli.host.clock.now(), host: config.host, toolVersion: cli.toolVersion },
  );
}
