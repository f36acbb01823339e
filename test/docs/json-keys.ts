/** Objects whose keys are data, and what a page calls such a key. */
const records: Readonly<Record<string, string>> = {
  kept: "<reason>",
  outcomes: "<outcome>",
  things: "<kind>",
  reclaimed: "<kind>",
};

/** Every key of a document as a path: `jobs[].totals.files`; a list of anything ends in `[]`. */
export function keyPaths(document: unknown): ReadonlySet<string> {
  return new Set(walk(document, ""));
}

function walk(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return [`${path}[]`, ...value.flatMap((item) => below(item, `${path}[]`))];
  return [...(path === "" ? [] : [path]), ...below(value, path)];
}

function below(value: unknown, path: string): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const placeholder = records[path.split(".").at(-1) ?? ""];
  return Object.entries(value).flatMap(([key, inner]) =>
    walk(inner, path === "" ? key : `${path}.${placeholder ?? key}`),
  );
}
