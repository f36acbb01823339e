import type { Catalog } from "../../../src/catalog/catalog.ts";

/** States that the journal writes, of batches and of sets. */
export type State = "stage" | "verify" | "publish" | "begin-set" | "name-set" | "publish-set";

export interface Hooks {
  /** Called right before the journal writes that state, after all that comes before it. */
  readonly before?: { readonly [Each in State]?: () => void };
  /** Called right after the journal has written that state, before what follows it. */
  readonly after?: { readonly [Each in State]?: () => void };
}

/** The real catalog, with something happening right before or after it writes a state. */
export function hookCatalog(catalog: Catalog, hooks: Hooks): Catalog {
  const { journal, sets } = catalog;
  return {
    ...catalog,
    journal: {
      ...journal,
      stage: hooked(hooks, "stage", journal.stage),
      verify: hooked(hooks, "verify", journal.verify),
      publish: hooked(hooks, "publish", journal.publish),
    },
    sets: {
      ...sets,
      begin: hooked(hooks, "begin-set", sets.begin),
      name: hooked(hooks, "name-set", sets.name),
      publish: hooked(hooks, "publish-set", sets.publish),
    },
  };
}

function hooked<Arguments extends readonly unknown[]>(
  { before = {}, after = {} }: Hooks,
  state: State,
  write: (...args: Arguments) => void,
): (...args: Arguments) => void {
  return (...args) => {
    before[state]?.();
    write(...args);
    after[state]?.();
  };
}
