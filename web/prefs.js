// Page. What the page remembers between visits. A browser that keeps nothing (private mode, blocked storage) is no error.

const kPrefix = 'octane-live.';

export function recall(name, fallback) {
  try {
    const text = localStorage.getItem(kPrefix + name);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(kPrefix + name, JSON.stringify(value));
  } catch {
    // Nothing is kept then.
  }
}
