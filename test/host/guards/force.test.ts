import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../support/scratch.ts";
import { move, oldFiles, openGuarded } from "./program.ts";

async function openMoved(directory: string) {
  oldFiles(`${directory}/log`, 2, 100);
  const rest = move("logs", `${directory}/log`, "warm");
  const program = await openGuarded({ directory, tiers: { warm: `${directory}/warm` }, rest });
  const { report } = await program.run();
  oldFiles(`${directory}/log`, 3, 200);
  return { program, runId: report.runId };
}

test("D15: no flag lifts the refusal of roots, homes and tiers", async () => {
  using dir = scratch("force-roots");
  const { program } = await openMoved(dir.path);
  const config = readFileSync(program.file, "utf8");
  mkdirSync(`${dir.path}/links`);
  for (const [name, target] of Object.entries({ root: "/", home: "/root", tier: `${dir.path}/warm` })) {
    symlinkSync(target, `${dir.path}/links/${name}`);
    const clean = `[[clean]]\nname = "tmp"\npath = "${dir.path}/links/${name}"\nolder_than = "1s"\nage_by = ["mtime"]\n`;
    writeFileSync(program.file, config + clean);
    const asked = [
      ["run", "tmp", "--yes", "--now"],
      ["run", "--all", "--yes", "--now"],
      ["approve", "tmp", "--guard", "refused-path"],
    ];
    for (const words of asked) {
      const { exitCode, stderr } = await program.call(...words);
      assert.equal(exitCode, 4, `${words.join(" ")}: ${stderr}`);
      assert.match(stderr, /tierkeep never cleans here/);
    }
  }
  writeFileSync(program.file, config);
  const lifted = await program.call("approve", "logs", "--guard", "refused-path");
  assert.deepEqual([lifted.exitCode, /refused-path cannot be lifted/.test(lifted.stderr)], [2, true], lifted.stderr);
  assert.equal(readdirSync(`${dir.path}/log`).length, 3);
});

test("D15: names and ids mean something only when they match in full", async () => {
  using dir = scratch("force-names");
  const { program, runId } = await openMoved(dir.path);
  const found = await program.call("find", "f1", "--json");
  const [version] = (JSON.parse(found.stdout) as { readonly placements: readonly { readonly id: string }[] })
    .placements;
  assert.ok(version !== undefined);
  const verbs: Readonly<Record<string, (word: string) => readonly string[]>> = {
    logs: (word) => ["run", word, "--yes", "--now"],
    "logs ": (word) => ["approve", word],
    warm: (word) => ["tier", "forget", word, "--yes"],
    "warm ": (word) => ["tier", "adopt", word, "--yes"],
    [runId]: (word) => ["history", word],
    cap: (word) => ["approve", "logs", "--guard", word],
  };
  for (const [id, asked] of Object.entries(verbs)) {
    for (const word of [id.trim().slice(0, -1), "*", "", ".", "/"]) {
      const { exitCode, stdout, stderr } = await program.call(...asked(word));
      assert.ok(exitCode === 2 || exitCode === 3, `${asked(word).join(" ")} (${exitCode}): ${stdout}${stderr}`);
      assert.match(stderr, /\[(USAGE|NOT_FOUND)\]/, `${asked(word).join(" ")}: ${stderr}`);
    }
  }
  for (const word of [version.id.slice(0, -1), `${version.id}*`, ""]) {
    const { exitCode, stdout, stderr } = await program.call("restore", word);
    assert.match(stderr, /\[(USAGE|NOT_FOUND)\]/, `restore ${word} (${exitCode}): ${stdout}${stderr}`);
  }
  assert.equal(readdirSync(`${dir.path}/log`).length, 3, "nothing was moved, and nothing came back");
  assert.equal((await program.call("find", "f1")).exitCode, 0, "nothing was forgotten");
});
