import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { fakeConfigDeps } from "./fake-deps.ts";
import { logrotateNames, parseLogrotate } from "./logrotate.ts";
import { readLogrotate } from "./read-logrotate.ts";

const main = `# see "man logrotate" for details
weekly
rotate 4
create
#dateext
include /etc/logrotate.d
/var/log/wtmp {
    missingok
    monthly
    create 0664 root utmp
    rotate 1
}
`;
const nginx = `/var/log/nginx/*.log
"/srv/with space/access.log" {
	daily
	rotate 14
	compress # always
	delaycompress
	postrotate
		if [ -f /run/nginx.pid ]; then
			daily_is_no_directive { here }
		fi
	endscript
}
/var/log/big.log { size=100M
  rotate 3 }
`;

test("globals, includes, blocks and scripts", () => {
  const rules = readLogrotate(
    fakeConfigDeps({
      files: {
        "/etc/logrotate.conf": main,
        "/etc/logrotate.d/nginx": nginx,
        "/etc/logrotate.d/x.dpkg-old": "/old { daily }",
      },
    }),
  );
  const short = rules.map(({ patterns, frequency, rotate, compress, bySize }) => ({
    patterns,
    frequency,
    rotate,
    compress,
    bySize,
  }));
  assert.deepEqual(short, [
    {
      patterns: ["/var/log/nginx/*.log", "/srv/with space/access.log"],
      frequency: "daily",
      rotate: 14,
      compress: true,
      bySize: false,
    },
    { patterns: ["/var/log/big.log"], frequency: "weekly", rotate: 3, compress: false, bySize: true },
    { patterns: ["/var/log/wtmp"], frequency: "monthly", rotate: 1, compress: false, bySize: false },
  ]);
  assert.deepEqual(logrotateNames(rules), [
    "/var/log/nginx/*.log",
    "/srv/with space/access.log",
    "/var/log/big.log",
    "/var/log/wtmp",
  ]);
  assert.equal(rules[0]?.from, "/etc/logrotate.d/nginx");
});

test("no logrotate is no error", () => {
  assert.deepEqual(readLogrotate(fakeConfigDeps()), []);
});

test("a file that includes itself ends", () => {
  const files = { "/etc/logrotate.conf": "include /etc/logrotate.conf\n/a { daily }\n" };
  assert.ok(readLogrotate(fakeConfigDeps({ files })).length > 0);
});

test("whatever the text, parsing does not throw", () => {
  const part = fc.oneof(
    fc.constantFrom("/a", "{", "}", "daily", "include x", "postrotate", "endscript", "\n", '"', " "),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      parseLogrotate({ path: "f", text: parts.join("") }, () => []);
    }),
  );
});
