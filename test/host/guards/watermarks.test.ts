import { deepEqual, match } from "node:assert/strict";
import { test } from "node:test";
import { scratch } from "../../support/scratch.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { oldFiles, openGuarded } from "./program.ts";

test("several watermarks on one file system: a plan shows what a run would do, each after the one before", async () => {
  await using hot = await mountTmpfs({ sizeMiB: 20 });
  using dir = scratch("watermarks");
  for (const name of ["one", "two"]) oldFiles(`${hot.path}/${name}`, 8, 2 ** 20);
  const job = (name: string) =>
    `[[move]]\nname = "${name}"\nsource = "${hot.path}/${name}"\nto = "warm"\nolder_than = "7d"\nsettled_for = "0s"\nactive_logs = true\nwhen_above = "70%"\nuntil_below = "50%"\n`;
  const program = await openGuarded({
    directory: dir.path,
    tiers: { warm: `${dir.path}/warm` },
    rest: `${job("one")}${job("two")}`,
  });
  const { jobs } = await program.plan();
  deepEqual(
    jobs.map(({ totals }) => totals.files),
    [6, 0],
  );
  match(jobs[1]?.notes.join() ?? "", /is 50 % full: nothing moves while it is not above 70 %/);
  const { job: ran } = await program.run();
  deepEqual([ran("one").outcomes, ran("two").outcomes], [{ moved: 6 }, {}]);
});
