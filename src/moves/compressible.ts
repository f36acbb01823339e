const magics: readonly (readonly number[])[] = [
  [0x1f, 0x8b], // gzip
  [0x28, 0xb5, 0x2f, 0xfd], // zstd
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], // xz
  [0x42, 0x5a, 0x68], // bzip2
  [0x04, 0x22, 0x4d, 0x18], // lz4
  [0x50, 0x4b, 0x03, 0x04], // zip
  [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], // 7z
  [0x89, 0x50, 0x4e, 0x47], // PNG
  [0xff, 0xd8, 0xff], // JPEG
];

/** Bytes at the start of a file that decide whether it is worth compressing. */
export const sampleBytes = 2 ** 20;

/** True when the content says by its first bytes that it is compressed already. */
export function looksCompressed(start: Uint8Array): boolean {
  return magics.some((magic) => magic.every((byte, index) => start[index] === byte));
}

/** Compression must save at least 5 %, else the content is stored as it is. */
export function isWorthwhile(rawBytes: number, compressedBytes: number): boolean {
  return compressedBytes < rawBytes * 0.95;
}
