import type { Check } from "./checks/check.ts";
import { checkCleanAge } from "./checks/clean-age.ts";
import { checkCleanPaths } from "./checks/clean-paths.ts";
import { checkDestinations } from "./checks/destinations.ts";
import { checkMoveSense } from "./checks/move-sense.ts";
import { checkNames } from "./checks/names.ts";
import { checkNeverFires } from "./checks/never-fires.ts";
import { checkNotYetValues } from "./checks/not-yet-values.ts";
import { checkOneFileSystem } from "./checks/one-file-system.ts";
import { checkOneTree } from "./checks/one-tree.ts";
import { checkSlowerThanLogrotate } from "./checks/slower-than-logrotate.ts";
import { checkStateDir } from "./checks/state-dir.ts";
import { checkTierPaths } from "./checks/tier-paths.ts";
import { checkTierSense } from "./checks/tier-sense.ts";
import { checkTiersExist } from "./checks/tiers-exist.ts";
import { checkVolatileTiers } from "./checks/volatile-tiers.ts";

/** Everything that is asked of a configuration as a whole. */
export const checks: readonly Check[] = [
  checkNames,
  checkTierSense,
  checkTierPaths,
  checkVolatileTiers,
  checkTiersExist,
  checkNotYetValues,
  checkOneTree,
  checkDestinations,
  checkCleanPaths,
  checkCleanAge,
  checkMoveSense,
  checkNeverFires,
  checkStateDir,
  checkOneFileSystem,
  checkSlowerThanLogrotate,
];
