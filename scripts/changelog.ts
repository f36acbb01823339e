import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { changeKinds, type Fragment, readFragments } from "./fragments.ts";

/** `npm run changelog -- VERSION`: the fragments become a section of CHANGELOG.md. */
const version = process.argv[2];
const marker = "<!-- releases: newest first -->\n";
const fragments = readFragments();
if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
  console.error("changelog: name the version: npm run changelog -- 0.2.0");
  process.exitCode = 2;
} else if (fragments.length === 0) {
  console.error("changelog: changes/unreleased/ is empty");
  process.exitCode = 2;
} else {
  release(`## ${version} (${new Date().toISOString().slice(0, 10)})\n`, fragments);
  console.log(`changelog: ${fragments.length} changes are in CHANGELOG.md under ${version}`);
}

function release(heading: string, released: readonly Fragment[]): void {
  const sections = changeKinds.flatMap((kind) => {
    const lines = released.filter((fragment) => fragment.kind === kind).map(({ text }) => `- ${text}`);
    return lines.length === 0 ? [] : [`${kind[0]?.toUpperCase()}${kind.slice(1)}:\n\n${lines.join("\n")}\n`];
  });
  const before = readFileSync("CHANGELOG.md", "utf8");
  writeFileSync(
    "CHANGELOG.md",
    before.replace(marker, () => `${marker}\n${heading}\n${sections.join("\n")}`),
  );
  for (const { file } of released) rmSync(file);
}
