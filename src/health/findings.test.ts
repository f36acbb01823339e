import assert from "node:assert/strict";
import { test } from "node:test";
import type { IdentityFinding } from "../tiers/judge.ts";
import { findingTable } from "./findings.ts";

test("every way in which a tier can be wrong is in the table", () => {
  const ids: readonly IdentityFinding[] = [
    "tier-not-mounted",
    "tier-unreadable",
    "tier-identity",
    "tier-cloned",
    "wrong-filesystem-type",
    "not-adopted",
  ];
  for (const id of ids) assert.ok(id in findingTable, id);
});

test("every finding says what it means and what to do, as sentences", () => {
  for (const [id, entry] of Object.entries(findingTable)) {
    assert.match(id, /^[a-z]+(-[a-z]+)+$/);
    assert.match(entry.meaning, /^[A-Z].*\.$/, id);
    assert.match(entry.remedy, /^[A-Z`].*[.`]$/, id);
  }
});
