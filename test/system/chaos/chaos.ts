/** `npm run test:chaos -- --rounds N [--seed S] [--seconds D]`: rounds of chaos; exit 1 if one is not flawless. */
import { parseArgs } from "node:util";
import { describeError } from "../../../shared/base/errors.ts";
import { chaosRound, type RoundReport } from "./chaos-round.ts";
import type { Fsync } from "./chaos-world.ts";
import { isFlawless } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    seconds: { type: "string", default: "10" },
  },
});
const rounds = Number(values.rounds);
const firstSeed = Number(values.seed);
console.log(`${rounds} rounds of ${values.seconds} s; --seed ${firstSeed} makes the same plans`);

const reports: RoundReport[] = [];
let failed = 0;
for (let n = 0; n < rounds; n += 1) {
  const seed = firstSeed + n;
  const fsync: Fsync = n % 2 === 0 ? "always" : "everysec";
  try {
    const report = await chaosRound({ seed, fsync, durationMs: Number(values.seconds) * 1000 });
    reports.push(report);
    const flawless = isFlawless(report) && report.deadLetters === 0;
    if (!flawless) failed += 1;
    console.log(`${flawless ? "pass" : "FAIL"} seed ${seed}, appendfsync ${fsync}: ${reportText(report)}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL seed ${seed}, appendfsync ${fsync}: ${describeError(error)}`);
  }
}
const total = (of: (report: RoundReport) => number): number =>
  reports.reduce((sum, report) => sum + of(report), 0);
console.log(
  `\n${rounds - failed} of ${rounds} rounds flawless: ${total((r) => r.acknowledged)} payloads with ` +
    `${total((r) => r.events)} events acknowledged, ${total((r) => r.lost.length)} events lost, ` +
    `${total((r) => r.countedTwice.length)} counted twice, ${total((r) => r.changed.length)} ids with two bodies, ` +
    `${total((r) => r.mishaps)} mishaps`,
);
if (failed > 0) process.exitCode = 1;

function reportText(report: RoundReport): string {
  const problems = (["lost", "countedTwice", "changed", "invented"] as const)
    .filter((what) => report[what].length > 0)
    .map((what) => `\n  ${what}: ${report[what].length}, such as ${report[what].slice(0, 5).join(" ")}`);
  return (
    `${report.acknowledged} of ${report.sent} payloads acknowledged, ${report.events} events, ` +
    `${report.mishaps} mishaps, ${report.posts} POSTs (${report.taken} taken), ` +
    `${report.lost.length} lost, ${report.deadLetters} dead letters, ` +
    `${report.delayedFsyncs} delayed fsyncs, drained in ${Math.round(report.drainMs / 1000)} s${problems.join("")}`
  );
}
