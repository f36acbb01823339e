import type { Capabilities } from "./tier.ts";

/** What a tier cannot hold of a file, in words; the manifest holds it instead. */
export function notHeld(capabilities: Capabilities): readonly string[] {
  const { owners, modes, xattrs, acls, hardLinks, byteNames, timeGrainNs } = capabilities;
  return [
    ...(owners ? [] : ["owners"]),
    ...(modes ? [] : ["modes"]),
    ...(xattrs ? [] : ["extended attributes"]),
    ...(acls ? [] : ["ACLs"]),
    ...(hardLinks ? [] : ["hard links"]),
    ...(byteNames ? [] : ["names of any bytes"]),
    ...(timeGrainNs === 1 ? [] : [`times finer than ${grainText(timeGrainNs)}`]),
  ];
}

function grainText(ns: number): string {
  if (ns >= 1e9) return `${ns / 1e9} s`;
  if (ns >= 1e6) return `${ns / 1e6} ms`;
  return ns >= 1e3 ? `${ns / 1e3} µs` : `${ns} ns`;
}
