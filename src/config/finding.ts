import type { Problem } from "./config.ts";

/** A problem before it knows its file. */
export type Finding = Omit<Problem, "file">;
