/** A setting, or a block of settings for some paths. */
export type LogrotateStatement =
  | { readonly kind: "directive"; readonly line: string }
  | { readonly kind: "block"; readonly header: string; readonly lines: readonly string[] };

/** The statements of a file as logrotate.conf(5) writes them; an unfinished block is none. */
export function* logrotateStatements(text: string): Generator<LogrotateStatement> {
  let header = "";
  let block: string[] | undefined;
  for (const line of linesWithoutScripts(text)) {
    if (block !== undefined && line === "}") {
      yield { kind: "block", header, lines: block };
      [header, block] = ["", undefined];
    } else if (block !== undefined) block.push(line);
    else if (line.endsWith("{")) [header, block] = [`${header} ${line.slice(0, -1)}`.trim(), []];
    else if (header !== "" || /^["'/~*]/.test(line)) header = `${header} ${line}`.trim();
    else yield { kind: "directive", line };
  }
}

/** Lines without comments and without a block's shell scripts; a brace ends its line or is one. */
function* linesWithoutScripts(text: string): Generator<string> {
  let inScript = false;
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (inScript) inScript = line !== "endscript";
    else if (/^(prerotate|postrotate|firstaction|lastaction|preremove)\b/.test(line)) inScript = true;
    else if (line !== "" && !line.startsWith("#")) yield* splitBraces(line.replace(/\s#.*$/, ""));
  }
}

/** `/a { daily }` as three lines; a brace within a pattern such as `/{a,b}.log` is no block's. */
function splitBraces(line: string): readonly string[] {
  const opened = line.split(/(?<=(?:^|\s|["'])\{)(?=\s|$)/);
  return opened
    .flatMap((part) => part.split(/(?<=^|\s)(?=\}$)/))
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
