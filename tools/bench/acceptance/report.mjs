// For tools/bench/acceptance.mjs: what is said of a measurement.

export class Report {
  failed = 0;

  // One requirement. `figure`, `limit`: words; whether the one keeps to the other, the caller says.
  check(what, isKept, figure, limit) {
    if (!isKept) this.failed++;
    console.log(`${isKept ? 'ok    ' : 'FAILED'} ${what}: ${figure} (limit ${limit})`);
  }

  // One whose figure must not be above the limit. `unit` stands behind both.
  atMost(what, figure, limit, unit, digits = 0) {
    this.check(what, figure <= limit, `${figure.toFixed(digits)} ${unit}`, `${limit.toFixed(digits)} ${unit}`);
  }
  atLeast(what, figure, limit, unit, digits = 0) {
    this.check(what, figure >= limit, `${figure.toFixed(digits)} ${unit}`, `at least ${limit.toFixed(digits)} ${unit}`);
  }

  // One that nothing may break. `wrong`: what did, as sentences; `count`: of how many things.
  none(what, wrong, count) {
    this.check(what, wrong.length === 0 && count > 0, `${count} looked at, ${wrong.length} wrong${wrong.length > 0 ? `, first ${wrong[0]}` : ''}`, '0 wrong');
  }

  // A figure that helps to understand the others; nothing is required of it.
  note(text) {
    console.log(`       ${text}`);
  }
}
