/** What stands in a transcript for words that differ from run to run. */
const patterns: Readonly<Record<string, string>> = {
  RUN: "\\d{8}T\\d{6}Z-[0-9a-f]{4}",
  UUID: "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
  HEX: "[0-9a-f]{4,64}",
  TIME: "\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?Z?",
  MOMENT: "[A-Z][a-z]{2} \\d{1,2} [A-Z][a-z]{2}(?: \\d{4})? \\d\\d:\\d\\d",
  DATE: "\\d{4}-\\d\\d-\\d\\d",
  DURATION: "\\d[\\d.]* (?:ms|s|min|h|d)",
  BYTES: "\\d[\\d.]* (?:[KMGTP]i)?B",
  PERCENT: "\\d+(?:\\.\\d+)? %",
  NUMBER: "\\d[\\d,]*",
  WORD: "[\\w.-]+",
  DEVICE: "[\\w/.:-]+",
  VERSION: "\\d+\\.\\d+\\.\\d+[\\w.-]*",
  "..": ".*",
};

const anyLines = "[...]";
const placeholder = new RegExp(` *\\[(${Object.keys(patterns).map(RegExp.escape).join("|")})\\] *`, "g");

/** True when `actual` is what `expected` says, placeholders and all. */
function matches(expected: string, actual: string): boolean {
  const lines = expected.split("\n").map((line) => (line === anyLines ? "(?:.*\\n)*?.*" : lineSource(line)));
  return new RegExp(`^${lines.join("\\n")}$`).test(actual);
}

/** `actual` with the lines of `expected` where they match, so that a difference shows only what differs. */
export function withPlaceholders(expected: string, actual: string): string {
  if (matches(expected, actual)) return expected;
  const lines = expected.split("\n");
  return actual
    .split("\n")
    .map((line, index) => (matches(lines[index] ?? "", line) ? (lines[index] ?? "") : line))
    .join("\n");
}

/** The placeholders that a first draft of a transcript should have. */
export function draft(actual: string): string {
  const today = new Date().toISOString().slice(0, 10);
  return actual
    .replaceAll(new RegExp(patterns.RUN ?? "", "g"), "[RUN]")
    .replaceAll(new RegExp(patterns.UUID ?? "", "g"), "[UUID]")
    .replaceAll(new RegExp(`${today}[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z?`, "g"), "[TIME]")
    .replaceAll(today, "[DATE]")
    .replaceAll(new RegExp(`${patterns.MOMENT} \\(in ${patterns.DURATION}\\)`, "g"), "[MOMENT] (in [DURATION])")
    .replaceAll(new RegExp(patterns.MOMENT ?? "", "g"), "[MOMENT]")
    .replaceAll(/\b\d[\d.]* (?:ms|s)\b/g, "[DURATION]")
    .replaceAll(/\b(pid|ps -p) \d+\b/g, "$1 [NUMBER]");
}

function lineSource(line: string): string {
  let source = "";
  let from = 0;
  for (const match of line.matchAll(placeholder)) {
    const [whole, name = ""] = match;
    const before = whole.startsWith(" ") ? " *" : "";
    const after = whole.length > 1 && whole.endsWith(" ") ? " *" : "";
    source += `${RegExp.escape(line.slice(from, match.index))}${before}(?:${patterns[name]})${after}`;
    from = match.index + whole.length;
  }
  return source + RegExp.escape(line.slice(from));
}
