import { removeFile } from "../host/files.ts";
import { namesIn } from "../host/machine.ts";
import { hasCode } from "../lib/errors.ts";
import { joinPath, type RawPath, rawPath } from "../lib/raw-path.ts";
import type { DailyCopies } from "./daily-copies.ts";

export interface DailyFile {
  /** From the day's folder. */
  readonly path: RawPath;
  /** What is copied there; it may be missing. */
  readonly from: string;
}

const lvmBackups = "/etc/lvm/backup";

/** What is kept of this machine each day. The catalog's copy is there until the generator ends. */
export function* dailyFiles({ catalog, stateDir, configFile }: DailyCopies): Generator<DailyFile> {
  yield { path: rawPath("tierkeep.toml"), from: configFile };
  yield { path: rawPath("fstab"), from: "/etc/fstab" };
  for (const name of namesIfThere(lvmBackups)) {
    yield { path: joinPath("lvm", rawPath(name)), from: `${lvmBackups}/${name}` };
  }
  const copy = `${stateDir}/catalog.copy`;
  removeFile(copy);
  try {
    catalog.copyTo(copy);
    yield { path: rawPath("catalog.db"), from: copy };
  } finally {
    removeFile(copy);
  }
}

function namesIfThere(directory: string): readonly string[] {
  try {
    return namesIn(directory);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES")) return [];
    throw error;
  }
}
