import type { Problem } from "./config.ts";

/** A problem as cells: where, which key and what stands there, what is wrong with it. */
export function problemCells(problem: Problem): readonly [place: string, key: string, message: string] {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  const key = problem.found === undefined ? problem.key : `${problem.key} = ${problem.found}`;
  const hint = problem.hint === undefined ? "" : `; ${problem.hint}`;
  const warning = problem.severity === "warning" ? "warning: " : "";
  return [place, key, `${warning}${problem.message}${hint}`];
}

/** Problems as aligned lines; a syntax error is followed by its line and a caret. */
export function problemLines(problems: readonly Problem[]): readonly string[] {
  const rows = problems.map(problemCells);
  const [placeWidth, keyWidth] = [widest(rows.map(([place]) => place)), widest(rows.map(([, key]) => key))];
  return problems.flatMap((problem, index) => {
    const [place = "", key = "", message = ""] = rows[index] ?? [];
    const cells = keyWidth === 0 ? [] : [key.padEnd(keyWidth)];
    const line = [place.padEnd(placeWidth), ...cells, message].join("  ");
    return problem.excerpt === undefined ? [line] : [line, problem.excerpt];
  });
}

function widest(cells: readonly string[]): number {
  return Math.max(0, ...cells.map((cell) => Math.min([...cell].length, 44)));
}
