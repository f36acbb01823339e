import { globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, type OutputFile } from "esbuild";

const target = "dist";
/** `scripts/setup` builds again when a source is newer than this file. */
const stamp = ".built";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
const started = new Date();
const entries = globSync("src/entry/{main,job,tier,probe,copier,reader}.ts");
const files = await bundle(entries).catch((error: unknown) => {
  // esbuild has printed what is wrong with the source; its own stack says nothing more.
  if (error instanceof Error && "errors" in error) process.exit(1);
  throw error;
});
install(files);
writeFileSync(join(target, stamp), "");
utimesSync(join(target, stamp), started, started);
const kiB = Math.round(files.reduce((sum, file) => sum + file.contents.byteLength, 0) / 1024);
console.log(
  `build: ${entries.length} entry points, ${files.length} files, ${kiB} KiB in ${Date.now() - started.getTime()} ms`,
);

async function bundle(entryPoints: readonly string[]): Promise<readonly OutputFile[]> {
  const result = await build({
    entryPoints: [...entryPoints],
    outdir: target,
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node26",
    define: { TIERKEEP_VERSION: JSON.stringify(version) },
    // Prebuilt libraries, found beside the package at run time.
    external: ["koffi"],
    chunkNames: "chunk-[hash]",
    // Packages in CommonJS (picomatch) call `require` for Node's own modules.
    banner: {
      js: 'import { createRequire as bundledRequire } from "node:module"; const require = bundledRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  return result.outputFiles;
}

/** Chunks before entry points and each by a rename, so that a run started meanwhile finds the old or the new program. */
function install(built: readonly OutputFile[]): void {
  mkdirSync(target, { recursive: true });
  const chunksFirst = built.toSorted((a, b) => Number(isEntry(a)) - Number(isEntry(b)));
  for (const file of chunksFirst) {
    writeFileSync(`${file.path}.new`, file.contents);
    renameSync(`${file.path}.new`, file.path);
  }
  const fresh = new Set([...built.map((file) => basename(file.path)), stamp]);
  for (const name of readdirSync(target)) if (!fresh.has(name)) rmSync(join(target, name), { recursive: true });
}

function isEntry(file: OutputFile): boolean {
  return !basename(file.path).startsWith("chunk-");
}
