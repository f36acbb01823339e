import { listDirectory } from "../host/files.ts";
import { closeFd, makeDirectory, open, openBeneath, removeEmptyDirectory, unlinkFile } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";

export interface ProbeDirectory extends Disposable {
  readonly fd: number;
}

/** A fresh directory below an open one, for files that are tried out; removed with them at the end. */
export function probeDirectory(parent: number): ProbeDirectory {
  const name = makeFresh(parent);
  const fd = openBeneath(parent, name, open.O_RDONLY | open.O_DIRECTORY);
  return {
    fd,
    [Symbol.dispose]: () => {
      for (const entry of [...listDirectory(fd)]) unlinkFile(fd, entry.name);
      closeFd(fd);
      removeEmptyDirectory(parent, name);
    },
  };
}

const attempts = 100;

/** A name that a killed probe left is not used again, since nobody may guess whose it is. */
function makeFresh(parent: number): RawPath {
  for (let attempt = 0; ; attempt++) {
    const name = rawPath(`probe-${attempt}`);
    try {
      makeDirectory(parent, name, 0o700);
      return name;
    } catch (error) {
      if (!hasCode(error, "EEXIST") || attempt === attempts) throw error;
    }
  }
}
