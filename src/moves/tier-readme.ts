/** `.tierkeep/README.txt` on every tier; test/docs follows its commands with stock tools. */
export const tierReadme = `This is a tier of tierkeep
=========================

Everything here is plain files. You need no tierkeep to get them back, only
sh, jq, base64, sha256sum, zstd and gzip.

  <host>/<job>/...                 the stored files; .zst and .gz are compressed
  .tierkeep/tier.json              which tier this is
  .tierkeep/manifests/<host>/...   one JSON line for each thing that happened
  .tierkeep/staging/               unfinished copies; never needed

Each line with "fact":"stored" is one version of one file:

  path, modifiedNs       where it was, and its modification time
  storedAs               where it is now, from the directory of this tier
  sha256, storedSha256   of its content, and of the bytes that lie here
  uid gid mode xattrs    as it was (xattrs are base64; holes were not stored)

A name that is not UTF-8 is also given as pathBase64 and storedAsBase64.
A line with "fact":"withdrawn" takes back the stored line with the same id.

What is there (run all commands in the directory of this tier, as root):

  cat .tierkeep/manifests/*/*/*/*.jsonl | jq -r 'select(.fact == "stored") | .path'

Is every byte as it was stored?

  cat .tierkeep/manifests/*/*/*/*.jsonl |
    jq -r 'select(.fact == "stored" and .storedAsBase64 == null) |
      "\\(.storedSha256)  \\(.storedAs)"' | sha256sum --check --quiet

(sha256sum wants names with a backslash or a newline escaped; the script below
checks those, too.)

Get everything back below /some/empty/directory:

  TO=/some/empty/directory
  cat .tierkeep/manifests/*/*/*/*.jsonl |
    jq -r 'select(.fact == "stored") |
      [ (.storedAsBase64 // (.storedAs | @base64)), (.pathBase64 // (.path | @base64)),
        .compression, .sha256, .mode, .uid, .gid, .modifiedNs ] | @tsv' |
    while read -r stored path compression sha256 mode uid gid modified; do
      stored=$(printf %s "$stored" | base64 -d; echo x); stored=\${stored%x}
      path=$(printf %s "$path" | base64 -d; echo x); path=\${path%x}
      [ -e "./$stored" ] || { echo "not here: $path" >&2; continue; }
      mkdir -p "$TO\${path%/*}"
      # The newest version wins; an older one of the same path is passed over.
      [ -e "$TO$path" ] && [ "$(stat -c %Y "$TO$path")" -ge "\${modified%?????????}" ] && continue
      case $compression in
        zstd) zstd -dcq < "./$stored" ;;
        gzip) gzip -dc < "./$stored" ;;
        *) cat < "./$stored" ;;
      esac > "$TO$path"
      [ "$(sha256sum < "$TO$path")" = "$sha256  -" ] || echo "damaged: $path" >&2
      chown "$uid:$gid" "$TO$path"; chmod "$mode" "$TO$path"
      touch -d "@\${modified%?????????}.\${modified#"\${modified%?????????}"}" "$TO$path"
    done
`;
