/** What a person approves, as text that is the same whenever the rule is: keys in one order, no spaces. */
export function printRule(rule: object): string {
  return JSON.stringify(sortKeys(rule));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
