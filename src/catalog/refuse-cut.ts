import { closeFd, open, openRoot, readFully } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";

const header = { magic: "SQLite format 3\0", bytes: 100, pageBytesAt: 16, pagesAt: 28 } as const;

/**
 * Refuses a database that ends within its last page, which SQLite reads as zeros: the rows there would be gone without
 * a word. Not while there is a write-ahead log, which may have what the file still lacks. @throws OperatorError CATALOG_DAMAGED
 */
export function refuseCutFile(file: string): void {
  if (sizeOf(rawPath(`${file}-wal`)) > 0) return;
  const facts = readHeader(rawPath(file));
  if (facts === undefined || facts.sizeBytes >= facts.wholeBytes) return;
  throw new OperatorError("CATALOG_DAMAGED", `the catalog ${file} is cut off`, {
    facts: { expected: `${facts.wholeBytes} bytes`, found: `${facts.sizeBytes} bytes` },
    hint: "tierkeep catalog rebuild makes it anew from the manifests on the tiers; the damaged one is kept",
  });
}

/** Both sizes in bytes; `undefined` for a file that is none, or still empty. */
function readHeader(file: RawPath): { readonly sizeBytes: number; readonly wholeBytes: number } | undefined {
  const fd = openIfThere(file);
  if (fd === undefined) return undefined;
  try {
    const bytes = Buffer.alloc(header.bytes);
    // What is no database at all is told by SQLite.
    if (readFully(fd, bytes, 0) < header.bytes || !bytes.toString("latin1").startsWith(header.magic)) return undefined;
    // 1 stands for 65,536 (the file format's own page).
    const pageBytes = bytes.readUInt16BE(header.pageBytesAt);
    const wholeBytes = bytes.readUInt32BE(header.pagesAt) * (pageBytes === 1 ? 65_536 : pageBytes);
    return { sizeBytes: statFd(fd).sizeBytes, wholeBytes };
  } finally {
    closeFd(fd);
  }
}

function sizeOf(file: RawPath): number {
  const fd = openIfThere(file);
  if (fd === undefined) return 0;
  const { sizeBytes } = statFd(fd);
  closeFd(fd);
  return sizeBytes;
}

function openIfThere(file: RawPath): number | undefined {
  try {
    return openRoot(file, open.O_RDONLY);
  } catch (error) {
    // Whoever may not read it is told when the catalog is opened.
    if (hasCode(error, "ENOENT", "EACCES", "EPERM")) return undefined;
    throw error;
  }
}
