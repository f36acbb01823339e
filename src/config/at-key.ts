import type { Finding } from "./finding.ts";
import { dotted, type Field } from "./section.ts";

interface SectionPlace {
  readonly key: string;
  readonly line: number;
  readonly fields: Readonly<Record<string, Field<unknown> | undefined>>;
}

interface Saying {
  readonly message: string;
  readonly hint?: string;
  readonly severity?: "error" | "warning";
}

/** What is to be said of one key of a section; it stands at the section's head when the key isn't there. */
export function atKey(section: SectionPlace, key: string, saying: Saying): Finding {
  const field = section.fields[key];
  const given = field?.given === true ? field : undefined;
  return {
    severity: saying.severity ?? "error",
    line: given?.line ?? section.line,
    key: dotted(section.key, key),
    found: given?.found,
    message: saying.message,
    hint: saying.hint,
  };
}
