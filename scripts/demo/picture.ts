import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readScreen, type Span } from "./screen.ts";

type Line = readonly Span[];

const cell = { width: 8.4, height: 19, size: 14 };
const margin = { side: 24, top: 52, bottom: 22 };
const columns = 88;
/** Chapters that tell the most on little room. */
const chapters = ["Killed half-way", "Simply run it again", "What you have seen"];

/** Runs the demo on a terminal of its own, and draws what it shows: all of it as text, the best of it as SVG. */
export function drawDemo(svg: string, text: string): void {
  const screen = readScreen(recordDemo());
  for (const file of [svg, text]) mkdirSync(dirname(file), { recursive: true });
  writeFileSync(text, `${screen.map(textOf).join("\n").trim()}\n`);
  writeFileSync(svg, drawing(bestOf(screen)));
}

/** `script` (bsdutils, on every Debian) gives it a terminal. */
function recordDemo(): string {
  const command = `stty rows 50 cols ${columns}; exec "$NODE" "$DEMO"`;
  const env = { ...process.env, NODE: process.execPath, DEMO: process.argv[1], LC_ALL: "C.UTF-8", TERM: "xterm" };
  const output = execFileSync("script", ["-qefc", command, "/dev/null"], {
    env,
    maxBuffer: 64 * 2 ** 20,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return output.toString().replaceAll(/tierkeep-demo-\w{6}/g, "tierkeep-demo-Xq7Lw2");
}

function bestOf(screen: readonly Line[]): readonly Line[] {
  const starts = screen.flatMap((line, index) => (/^\d+ {2}\S.* ─+$/.test(textOf(line)) ? [index] : []));
  const picked = starts.flatMap((start, index) => {
    const title = textOf(screen[start] ?? []);
    const isPicked = chapters.some((chapter) => title.includes(chapter));
    return isPicked ? screen.slice(start, starts[index + 1]) : [];
  });
  return picked.slice(0, picked.findLastIndex((line) => textOf(line).trim() !== "") + 1);
}

function textOf(line: Line): string {
  return line
    .map((span) => span.text)
    .join("")
    .trimEnd();
}

function drawing(lines: readonly Line[]): string {
  const width = Math.round(columns * cell.width + 2 * margin.side);
  const height = margin.top + lines.length * cell.height + margin.bottom;
  const rows = lines.map((line, index) => rowOf(line, margin.top + (index + 0.75) * cell.height));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A run of tierkeep is killed half-way, and run again; nothing is lost">
<style>
text { font: ${cell.size}px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d7dce2; white-space: pre }
.b { font-weight: bold; fill: #ffffff } .d { fill: #8a94a0 } .g { fill: #7ee787 } .y { fill: #f2cc60 } .r { fill: #ff8a80 } .c { fill: #79c0ff; font-weight: bold } .l { fill: #3b5573 }
</style>
<rect width="${width}" height="${height}" rx="10" fill="#15191f"/>
<circle cx="24" cy="24" r="6" fill="#ff5f57"/><circle cx="44" cy="24" r="6" fill="#febc2e"/><circle cx="64" cy="24" r="6" fill="#28c840"/>
<text x="${width / 2}" y="29" text-anchor="middle" class="d">npm run demo</text>
${rows.filter((row) => row !== "").join("\n")}
</svg>
`;
}

function rowOf(line: Line, y: number): string {
  return line
    .flatMap(wordsOf)
    .map((span) => {
      const x = (margin.side + span.column * cell.width).toFixed(1);
      // Held to its cells, whatever font the reader has.
      const length = ([...span.text].length * cell.width).toFixed(1);
      const look = lookOf(span);
      const kind = look === "" ? "" : ` class="${look}"`;
      return `<text x="${x}" y="${y}" textLength="${length}"${kind}>${escaped(span.text)}</text>`;
    })
    .join("");
}

/** Wide gaps are left out, since SVG would make one space of them. */
function wordsOf(span: Span): readonly Span[] {
  return [...span.text.matchAll(/\S+(?: \S+)*/g)].map((match) => ({
    ...span,
    text: match[0],
    column: span.column + [...span.text.slice(0, match.index)].length,
  }));
}

const colours: Readonly<Record<number, string>> = { 31: "r", 32: "g", 33: "y", 36: "c" };

function lookOf({ colour, dim, bold, text }: Span): string {
  if (/^─+$/.test(text.trim())) return "l";
  if (colour !== undefined) return colours[colour] ?? "";
  if (dim) return "d";
  return bold ? "b" : "";
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
