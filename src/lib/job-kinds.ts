/** Kinds of jobs, and of tables in the configuration; commands take them where they take a job's name. */
export const jobKinds = ["move", "clean", "archive", "snapshot", "docker"] as const;

export type JobKind = (typeof jobKinds)[number];
