/** `1,787`. */
export function count(files: number): string {
  return files.toLocaleString("en");
}

/** `85 MiB`. */
export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
