// Loaded into every process of a run. In the one that does the job `broken` nobody can read the rule: a bug.
const on = process.on.bind(process) as (event: string, listener: (message: unknown) => void) => typeof process;

interface Start {
  readonly request?: { readonly rule: { readonly name: string } };
}

function withBug(message: unknown): unknown {
  const { request } = message as Start;
  if (request?.rule.name === "broken") Object.defineProperty(request, "rule", { get: failAsBugsDo });
  return message;
}

function failAsBugsDo(): never {
  throw new TypeError("a planted bug");
}

process.on = ((event: string, listener: (message: unknown) => void) =>
  on(event, event === "message" ? (message) => listener(withBug(message)) : listener)) as typeof process.on;
