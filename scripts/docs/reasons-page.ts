import { reasons } from "../../src/policies/reasons.ts";
import { code, page, table } from "./markdown.ts";

export function reasonsPage(): string {
  const rows = Object.entries(reasons).map(([name, { label, meaning }]) => [code(name), label, meaning]);
  return page(
    "# Reasons",
    `Everything that is left alone has one of these codes: in \`plan\` under "stays", in JSON under \`kept\` and
\`outcomes\`. \`tierkeep plan --why CODE\` lists all files that stay for one of them.`,
    table(["code", "on screen", "meaning"], rows),
  );
}
