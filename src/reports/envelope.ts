/** What every document that tierkeep prints with `--json` begins with (INTERFACE section 4). */
export interface Envelope<Name extends string> {
  readonly schema: `tierkeep.${Name}/1`;
  /** ISO 8601, UTC. */
  readonly generatedAt: string;
  readonly host: string;
  readonly toolVersion: string;
}

export interface EnvelopeFacts {
  readonly now: number;
  readonly host: string;
  readonly toolVersion: string;
}

export function envelope<Name extends string>(name: Name, facts: EnvelopeFacts): Envelope<Name> {
  return {
    schema: `tierkeep.${name}/1`,
    generatedAt: new Date(facts.now).toISOString(),
    host: facts.host,
    toolVersion: facts.toolVersion,
  };
}
