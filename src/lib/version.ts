declare const TIERKEEP_VERSION: string | undefined;

/** The version of this program; the build puts it in, a checkout run from source says `dev`. */
export const toolVersion: string = typeof TIERKEEP_VERSION === "string" ? TIERKEEP_VERSION : "dev";
