export type FileKind = "file" | "directory" | "link" | "socket" | "fifo" | "device";

const kinds: Readonly<Record<number, FileKind>> = {
  0o100000: "file",
  0o040000: "directory",
  0o120000: "link",
  0o140000: "socket",
  0o010000: "fifo",
};

/** The kind in the type bits of `st_mode` (inode(7)). */
export function kindOfMode(mode: number): FileKind {
  return kinds[mode & 0o170000] ?? "device";
}
