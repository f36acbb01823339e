import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { newDeviceTurn } from "../../../src/host/device-turn.ts";
import { ownerNames } from "../../../src/host/owner-names.ts";
import { closeFd, openRoot } from "../../../src/host/posix.ts";
import { statFd } from "../../../src/host/stat.ts";
import { unpaced } from "../../../src/jobs/pacer.ts";
import type { RawPath } from "../../../src/lib/raw-path.ts";
import { type BigFileWork, type CopiedBig, copyBig } from "../../../src/moves/big-file.ts";
import { compareBig } from "../../../src/moves/compare-big.ts";
import type { CopierContext } from "../../../src/moves/copier-context.ts";
import { startCopiers } from "../../../src/moves/copiers.ts";
import { isSetback } from "../../../src/moves/failure.ts";
import { frameBytes } from "../../../src/moves/framed.ts";
import { identityOf } from "../../../src/moves/source-file.ts";
import { scratch } from "../../support/scratch.ts";
import { logText } from "./files.ts";

const text = Buffer.from(logText(40_000));
/** Its second and its third frame cannot be packed, so that they are of one size on the tier. */
const content = Buffer.concat([
  Buffer.alloc(frameBytes, text),
  randomBytes(frameBytes),
  randomBytes(frameBytes),
  text.subarray(0, 1_000),
]);

interface Copy {
  readonly path: string;
  readonly copied: CopiedBig;
  /** Step 4. */
  readonly compare: () => Promise<string | undefined>;
}

async function withCopy(compress: "zstd" | "gzip" | "zstd-single", use: (copy: Copy) => Promise<void>): Promise<void> {
  using dir = scratch("big");
  for (const name of ["source", "staging"]) mkdirSync(`${dir.path}/${name}`);
  writeFileSync(`${dir.path}/source/log`, content);
  const opened = ["source", "staging", "source/log"].map((name) => openRoot(`${dir.path}/${name}` as RawPath, 0));
  const [source = -1, staging = -1, file = -1] = opened;
  const context: CopierContext = {
    ...{ source, tier: staging, staging, compress, readBack: "device", publish: "rename-noreplace" },
    ...{ leases: true, syncEach: false, syncNames: false, setAside: true, hardLinks: true, asidePrefix: ".aside." },
    turn: newDeviceTurn(),
  };
  try {
    const entryPoint = new URL("../../../src/entry/copier.ts", import.meta.url).pathname;
    await using copiers = startCopiers({ entryPoint, context, threads: 2 });
    const signal = new AbortController().signal;
    const work: BigFileWork = {
      context,
      copiers,
      signal,
      names: ownerNames(),
      pacer: unpaced,
      progress: () => undefined,
    };
    const task = { seq: 1, path: "log" as RawPath, identity: identityOf(statFd(file)), isLink: false };
    const copied = await copyBig(work, task);
    assert.ok(copied !== undefined && !isSetback(copied), JSON.stringify(copied));
    await use({ path: `${dir.path}/staging/1`, copied, compare: () => compareBig(work, "1" as RawPath, copied) });
  } finally {
    for (const fd of opened) closeFd(fd);
  }
}

for (const compress of ["zstd", "gzip", "zstd-single"] as const) {
  test(`a big file as ${compress}: its hashes are those of its content and of its stored bytes`, async () => {
    await withCopy(compress, async ({ path, copied, compare }) => {
      const stored = readFileSync(path);
      const unpacked = compress === "gzip" ? gunzipSync(stored) : zstdDecompressSync(stored);
      assert.ok(unpacked.equals(content));
      assert.deepEqual([copied.sha256, copied.storedSha256], [sha256(content), sha256(stored)]);
      assert.equal(await compare(), undefined);
    });
  });
}

interface Harm {
  readonly what: string;
  readonly compress: "zstd" | "gzip";
  /** From the beginnings of the stored frames, and the end of the last. */
  readonly harm: (stored: Buffer, frames: readonly number[]) => void;
  readonly told: RegExp;
}

const harms: readonly Harm[] = [
  {
    what: "two frames are in each other's place",
    compress: "zstd",
    harm: (stored, [, second = 0, third = 0, fourth = 0]) => {
      const moved = Buffer.from(stored.subarray(second, third));
      stored.copy(stored, second, third, fourth);
      moved.copy(stored, third);
    },
    told: /decompresses to other content/,
  },
  {
    what: "a frame has one other bit",
    compress: "zstd",
    harm: (stored, [, second = 0]) => flip(stored, second + 100_000),
    told: /does not decompress/,
  },
  {
    what: "the seek table has one other bit",
    compress: "zstd",
    harm: (stored, frames) => flip(stored, (frames.at(-1) ?? 0) + 10),
    told: /other bytes than were written/,
  },
  {
    what: "a member's header says another system, which changes no content",
    compress: "gzip",
    harm: (stored, [, second = 0]) => flip(stored, second + 9),
    told: /other bytes than were written/,
  },
  {
    what: "the last frame is zeros",
    compress: "gzip",
    harm: (stored, frames) => stored.fill(0, frames.at(-2)),
    told: /does not decompress/,
  },
];

for (const { what, compress, harm, told } of harms) {
  test(`M18: reading a big file back finds that ${what} (${compress})`, async () => {
    await withCopy(compress, async ({ path, copied, compare }) => {
      const stored = readFileSync(path);
      let end = 0;
      const ends = (copied.packed?.frames ?? []).map(({ storedBytes }) => (end += storedBytes));
      harm(stored, [0, ...ends]);
      writeFileSync(path, stored);
      assert.match((await compare()) ?? "", told);
    });
  });
}

function flip(bytes: Buffer, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
