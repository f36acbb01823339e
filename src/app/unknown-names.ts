import { type Catalog, openCatalogToRead } from "../catalog/catalog.ts";
import type { Config, Problem } from "../config/config.ts";
import { OperatorError } from "../lib/errors.ts";

/** Names that the catalog knows and the configuration doesn't: renamed without `formerly`, or given up. */
export function unknownNames(config: Config): readonly Problem[] {
  try {
    using catalog = openCatalogToRead(config.stateDir);
    return catalog === undefined ? [] : problemsOf(config, catalog);
  } catch (error) {
    // Whoever may not read the catalog checks the file all the same.
    if (error instanceof OperatorError) return [];
    throw error;
  }
}

function problemsOf(config: Config, catalog: Catalog): readonly Problem[] {
  const known = catalog.decisions.names();
  const jobs = new Set(config.jobs.flatMap(({ name, formerly }) => [name, ...formerly]));
  const tiers = new Set(config.tiers.map(({ name }) => name));
  const problem = (key: string, message: string, hint: string): Problem => ({
    severity: "warning",
    file: config.file,
    line: undefined,
    key,
    found: undefined,
    message,
    hint,
  });
  return [
    ...known.jobs
      .filter((name) => !jobs.has(name))
      .map((name) => problem(name, "a job of this name was approved once", `formerly = ["${name}"] where it lives on`)),
    ...known.tiers
      .filter((name) => !tiers.has(name))
      .map((name) => problem(name, "a tier of this name was adopted once", `what lies there needs [tiers.${name}]`)),
  ];
}
