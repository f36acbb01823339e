import { machineId } from "../host/machine.ts";
import { closeFd, open, openBeneath, readFully } from "../host/posix.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { hostsOn } from "./manifests.ts";

/**
 * The name that this machine has on a tier, where no configuration tells it: the one whose folder has its machine id,
 * or its own name, or the only one. @throws OperatorError USAGE
 */
export function hostMeant(root: number, machineName: string): string {
  const hosts = hostsOn(root);
  const own = hosts.find((host) => machineIdOf(root, host) === machineId());
  const meant = own ?? hosts.find((host) => host === machineName) ?? (hosts.length === 1 ? hosts[0] : undefined);
  if (meant !== undefined) return meant;
  const found = hosts.length === 0 ? "no machine" : hosts.toSorted().join(", ");
  throw new OperatorError("USAGE", `the manifests there are of ${found}, and none of them is ${machineName}`, {
    hint: 'write a configuration with host = "NAME", and name it with --config',
  });
}

/** `.tierkeep/hosts/<host>/host.json`, which each day's copies on the tier bring along. */
function machineIdOf(root: number, host: string): string | undefined {
  try {
    const fd = openBeneath(root, rawPath(`.tierkeep/hosts/${host}/host.json`), open.O_RDONLY | open.O_NOFOLLOW);
    const buffer = Buffer.alloc(65_536);
    const text = buffer.toString("utf8", 0, readFully(fd, buffer, 0));
    closeFd(fd);
    return (JSON.parse(text) as { readonly machineId?: string }).machineId;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
