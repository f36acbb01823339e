/** Numbers that look random and are the same in every run. */
export type Dice = (below: number) => number;

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export type Voice = "web" | "database" | "trader" | "mail";

/** About `sizeBytes` of log, as a service of that kind would have written it on that day. */
export function logText(voice: Voice, dayMs: number, { roll, sizeBytes }: { roll: Dice; sizeBytes: number }): string {
  const lines: string[] = [];
  let length = 0;
  let atMs = dayMs - 86_400_000;
  while (length < sizeBytes) {
    atMs += roll(9_000);
    const line = voices[voice](new Date(atMs).toISOString(), roll);
    lines.push(line);
    length += line.length + 1;
  }
  return `${lines.join("\n")}\n`;
}

const voices: Readonly<Record<Voice, (at: string, roll: Dice) => string>> = {
  web: (at, roll) =>
    `10.0.${roll(4)}.${roll(254)} - - [${at.slice(0, 19)}] "${one(roll, ["GET", "GET", "GET", "POST"])} ` +
    `${one(roll, ["/api/v1/quotes", "/api/v1/orders", "/health", "/static/app.js"])}?id=${roll(1e6)} HTTP/1.1" ` +
    `${one(roll, ["200", "200", "200", "304", "404"])} ${roll(90_000)}`,
  database: (at, roll) =>
    `${at} UTC [${2_000 + roll(60)}] LOG:  duration: ${roll(900)}.${roll(999)} ms  statement: ` +
    `SELECT price, size FROM ticks WHERE symbol = '${symbol(roll)}' AND at > now() - interval '${roll(60)} s'`,
  trader: (at, roll) =>
    `${at} ${one(roll, ["INFO ", "INFO ", "DEBUG", "WARN "])} order=${roll(2 ** 30).toString(16)} ` +
    `${one(roll, ["BUY ", "SELL"])} ${symbol(roll)} qty=${1 + roll(500)} px=${90 + roll(40)}.${roll(99)} ` +
    `venue=${one(roll, ["XETR", "XNAS", "BATE"])} latency_us=${roll(4_000)}`,
  mail: (at, roll) =>
    `${at} jts-1 postfix/${one(roll, ["smtp", "qmgr", "cleanup"])}[${1_000 + roll(9_000)}]: ` +
    `${roll(2 ** 30)
      .toString(16)
      .toUpperCase()}: to=<desk${roll(40)}@example.com>, delay=${roll(90)}, status=sent`,
};

function symbol(roll: Dice): string {
  return one(roll, ["EURUSD", "ESZ6", "BUND", "SAP", "ASML", "BTCUSD"]);
}

function one(roll: Dice, of: readonly string[]): string {
  return of[roll(of.length)] ?? "";
}
