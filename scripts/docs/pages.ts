import { cliPage } from "./cli-page.ts";
import { configPage } from "./config-page.ts";
import { errorsPage } from "./errors-page.ts";
import { findingsPage } from "./findings-page.ts";
import { hazardsPage } from "./hazards-page.ts";
import { reasonsPage } from "./reasons-page.ts";

/** Every page that comes from the code, by its path. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map([
    ["docs/reference/cli.md", cliPage()],
    ["docs/reference/config.md", configPage()],
    ["docs/reference/errors.md", errorsPage()],
    ["docs/reference/findings.md", findingsPage()],
    ["docs/reference/reasons.md", reasonsPage()],
    ["docs/design/hazards.md", hazardsPage()],
  ]);
}
