import { changeKinds, readFragments } from "./fragments.ts";

const bad = readFragments().filter(({ kind }) => kind === undefined);
for (const { file } of bad)
  console.log(`${file}: must begin with one of ${changeKinds.join(", ")}, a colon and a space`);
process.exitCode = bad.length > 0 ? 1 : 0;
