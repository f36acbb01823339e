import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { containerIn } from "./file-users.ts";

const id = "0c".repeat(32);

describe("the container of a process, by its control group", () => {
  const groups = [
    ["Docker with systemd", `0::/system.slice/docker-${id}.scope\n`],
    ["Docker without", `0::/docker/${id}\n`],
    ["the first version of control groups", `12:memory:/docker/${id}\n1:name=systemd:/docker/${id}\n`],
    ["Kubernetes", `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope\n`],
    ["a group within the container's", `0::/docker/${id}/init.scope\n`],
  ] as const;
  for (const [what, text] of groups) test(what, () => assert.equal(containerIn(text), id));

  test("none", () => {
    assert.equal(containerIn("0::/user.slice/user-0.slice/session-1.scope\n"), undefined);
    assert.equal(containerIn("0::/\n"), undefined);
    assert.equal(containerIn(""), undefined);
  });
});
