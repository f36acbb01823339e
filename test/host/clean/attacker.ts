import { bind } from "../../../src/host/native.ts";

/**
 * Swaps directories for links to a victim's, at full speed, until it is killed: `node attacker.ts ROOT COUNT`. Each
 * `ROOT/dN` is exchanged with `ROOT/lN`, and the file `f0` in it with a link.
 */
const [root = "", count = "0"] = process.argv.slice(2);
const renameat2 = bind("int renameat2(int, const void*, int, const void*, unsigned int)");
const atCwd = -100;
const exchange = 2;
const path = (text: string) => Buffer.from(`${root}/${text}\0`);
const pairs = Array.from({ length: Number(count) }, (_, index) => [
  [path(`d${index}`), path(`l${index}`)],
  [path(`d${index}/f0`), path(`d${index}/link`)],
]).flat();

process.stdout.write("ready\n");
for (;;) for (const [one, other] of pairs) renameat2(atCwd, one, atCwd, other, exchange);
