// Test support. Waiting for conditions with a deadline; nothing here waits for time to pass by itself.

// A deadline only ends what hangs; it judges no speed. So it is many times what is needed, also on a machine that others keep busy.
export const patience = 40000;

export class DeadlineError extends Error {}

// The promise's value, or a DeadlineError that says what was awaited. `detail` is asked for more words when the deadline passes.
export async function within(milliseconds, what, promise, detail = () => '') {
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new DeadlineError(`${what}: not within ${milliseconds} ms${detail()}`)), milliseconds);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

// The promise's value, while `progress` gives another value after each such time, and a quarter of an hour at most; else a DeadlineError.
export async function whileProgressing(what, promise, progress, milliseconds = patience) {
  promise.catch(() => {}); // it may fail while `progress` is asked; within() tells
  const end = performance.now() + 900000;
  for (let before = await progress(); ;) {
    try {
      return await within(milliseconds, what, promise, () => ' since the last sign of progress');
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      const now = await progress();
      if (now === before || performance.now() > end) throw error;
      before = now;
    }
  }
}

// Asks `probe` again and again until it returns something truthy, and returns that. An exception counts as "not yet" and is
// shown if the deadline passes. Probes run one after the other, so a probe that spawns curl sets its own pace.
export async function until(what, probe, { within: limit = patience, every = 25, detail = () => '' } = {}) {
  const end = performance.now() + limit;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error.message;
    }
    if (performance.now() >= end) {
      throw new DeadlineError(`${what}: not within ${limit} ms; last: ${JSON.stringify(last)}${detail()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

// Runs `round` until so many rounds have ended within that time each: later, something else could be what ended them. A busy machine may be
// too late with two, which the test then names.
export async function inTime(t, often, milliseconds, round) {
  for (let good = 0, late = 0; good < often;) {
    const begin = performance.now();
    await round();
    const took = Math.round(performance.now() - begin);
    if (took < milliseconds) {
      good++;
    } else {
      t.diagnostic(`a round took ${took} ms, and ${milliseconds} would have been enough`);
      if (++late > 2) throw new DeadlineError(`three rounds have taken ${milliseconds} ms or more`);
    }
  }
}
