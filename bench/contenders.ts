import { writeFileSync } from "node:fs";
import { configurationText } from "../test/support/configuration.ts";
import { type Measured, measure } from "./measure.ts";
import type { Place } from "./places.ts";
import { shell } from "./shell.ts";

/** One command that does a row's work. */
export interface Contender {
  readonly name: string;
  /** What is made ready before, untimed. */
  readonly prepare?: (place: Place) => void;
  readonly run: (place: Place) => Promise<Measured>;
  /** The sources are gone afterwards. */
  readonly removes: boolean;
  /** What lies on the warm side has as many bytes as the sources had. */
  readonly keepsSize: boolean;
}

export type Compression = "none" | "zstd";

/** All of `tierkeep run`: process start, plan, journal in a state_dir on the same disk, read back, unlink. */
export function tierkeep(program: string, compress: Compression): Contender {
  return {
    name: "tierkeep",
    prepare: (place) => {
      writeConfig(place, compress);
      shell(program, "--config", configOf(place), "tier", "adopt", "warm", "--yes");
      shell(program, "--config", configOf(place), "approve", "bench");
    },
    run: (place) => measure(program, "--config", configOf(place), "run", "--json"),
    removes: true,
    keepsSize: compress === "none",
  };
}

export function tierkeepPlan(program: string, place: Place): Promise<Measured> {
  return measure(program, "--config", configOf(place), "plan");
}

export function tierkeepCat(program: string, place: Place): Promise<Measured> {
  const path = `${place.hot}/service-0000/daily.0000`;
  return measure(program, "--config", configOf(place), "cat", path);
}

export function rsync(...flags: readonly string[]): Contender {
  const all = ["-a", ...flags, "--remove-source-files"];
  return {
    name: `rsync ${all.join(" ")}`,
    run: (place) => measure("rsync", ...all, `${place.hot}/`, `${place.warm}/`),
    removes: true,
    keepsSize: true,
  };
}

export const copy: Contender = {
  name: "cp -a",
  run: (place) => measure("cp", "-a", `${place.hot}/.`, `${place.warm}/`),
  removes: false,
  keepsSize: true,
};

export const gzip = compressor("gzip", "gzip -c");
export const zstd = compressor("zstd -3 -T2", "zstd -q -3 -T2 -c");

function compressor(name: string, command: string): Contender {
  const script = 'for file in "$0"/*/*; do $2 "$file" > "$1/$(basename "$file").z" && rm "$file" || exit 1; done';
  return {
    name,
    run: (place) => measure("sh", "-c", script.replace("$2", command), place.hot, place.warm),
    removes: true,
    keepsSize: false,
  };
}

function configOf(place: Place): string {
  return `${place.state}.toml`;
}

function writeConfig(place: Place, compress: Compression): void {
  writeFileSync(
    configOf(place),
    configurationText({
      host: "bench",
      stateDir: place.state,
      tiers: {
        hot: { filesystems: [place.hot] },
        warm: { path: place.warm, directory: !place.isMounted },
      },
      moves: [{ name: "bench", source: place.hot, compress }],
    }),
  );
}
