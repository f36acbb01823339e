/** `.tierkeep/README.txt` on every tier; test/docs follows its commands with stock tools. */
export const tierReadme = String.raw`This is a tier of tierkeep
=========================

Everything here is plain files. You need no tierkeep to get them back, only
sh, jq, base64, sha256sum, zstd and gzip.

  <host>/<job>/...                 the stored files; .zst and .gz are compressed
  .tierkeep/tier.json              which tier this is
  .tierkeep/manifests/<host>/...   one JSON line for each thing that happened
  .tierkeep/staging/               unfinished copies; never needed
  .tierkeep/hosts/<host>/          its configuration and its catalog

Each line with "fact":"stored" is one version of one file:

  path, modifiedNs       where it was, and its modification time
  storedAs               where it is now, from the directory of this tier
  sha256, storedSha256   of its content, and of the bytes that lie here
  uid gid mode xattrs    as it was (xattrs are base64; holes were not stored)

A name that is not UTF-8 is also given as pathBase64 and storedAsBase64.
A line with "fact":"withdrawn" takes back the stored line with the same id.
A machine that lost power may leave half a line: pass over it.

Run all commands below in one shell, in the directory of this tier, as root.
First choose a host and gather what it has stored:

  ls .tierkeep/manifests
  HOST=the-one-you-want

  FACTS=$(mktemp -d)
  cat .tierkeep/manifests/"$HOST"/*/*/*.jsonl |
    jq -Rc 'fromjson? | select(.fact == "withdrawn").id' > "$FACTS"/withdrawn
  cat .tierkeep/manifests/"$HOST"/*/*/*.jsonl |
    jq -Rcn --slurpfile withdrawn "$FACTS"/withdrawn '
      ($withdrawn | INDEX(.)) as $gone | inputs | fromjson? |
      select(.fact == "stored" and $gone[.id] == null)' > "$FACTS"/stored

What is there:

  jq -r .path "$FACTS"/stored

Is every byte as it was stored? (Silence means yes. Names that are not UTF-8
are left out here; getting them back checks them, too.)

  jq -r 'select(.storedAsBase64 == null) |
      (.storedAs | split("\\") | join("\\\\") | split("\n") | join("\\n") |
        split("\r") | join("\\r")) as $name |
      (if $name == .storedAs then "" else "\\" end) +
        .storedSha256 + "  " + $name
    ' "$FACTS"/stored | sha256sum --check --quiet

Get the newest version of everything back, below an empty directory:

  TO=/some/empty/directory

  umask 077
  jq -r '
      def seconds: if startswith("-") then "-" + (ltrimstr("-") | seconds)
        else ("0000000000" + .) |
          (.[:-9] | tonumber | tostring) + "." + .[-9:] end;
      [ (.modifiedNs | seconds), (.storedAsBase64 // (.storedAs | @base64)),
        (.pathBase64 // (.path | @base64)),
        .compression, .sha256, .mode, .uid, .gid ] | @tsv
    ' "$FACTS"/stored | sort -s -rn |
    while read -r modified stored path compression sha256 mode uid gid; do
      stored=$(printf %s "$stored" | base64 -d; echo x); stored=${"$"}{stored%x}
      path=$(printf %s "$path" | base64 -d; echo x); path=${"$"}{path%x}
      [ -e "$TO$path" ] && continue
      [ -e "./$stored" ] || { printf 'not here: %s\n' "$path" >&2; continue; }
      mkdir -p "$TO${"$"}{path%/*}"
      case $compression in
        zstd) zstd -dcq < "./$stored" ;;
        gzip) gzip -dc < "./$stored" ;;
        *) cat < "./$stored" ;;
      esac > "$TO$path"
      [ "$(sha256sum < "$TO$path")" = "$sha256  -" ] ||
        printf 'damaged: %s\n' "$path" >&2
      chown "$uid:$gid" "$TO$path"; chmod "$mode" "$TO$path"
      touch -d "@$modified" "$TO$path"
    done
`;
