// Page. References to Octane's objects, {handle, type}: those that answers held are offered for the next request.

const kKept = 8;
const isRef = (value) => value !== null && typeof value === 'object' && 'handle' in value && 'type' in value;

// Newest first, without repeats and null references.
export function collectRefs(known, answer) {
  const refs = new Map(known.map((ref) => [ref.handle, ref]));
  const visit = (value) => {
    if (value === null || typeof value !== 'object') return;
    if (isRef(value) && value.handle !== '0') {
      refs.delete(value.handle);
      refs.set(value.handle, { handle: value.handle, type: value.type });
    }
    Object.values(value).forEach(visit);
  };
  const before = refs.size;
  visit(answer);
  const ordered = [...refs.values()];
  return [...ordered.slice(before).reverse(), ...ordered.slice(0, before)].slice(0, kKept);
}

// The request with its first reference replaced; null if it has none or is no JSON.
export function putRef(text, ref) {
  let request;
  try {
    request = JSON.parse(text);
  } catch {
    return null;
  }
  const slot = findRef(request);
  if (!slot) return null;
  Object.assign(slot, ref);
  return JSON.stringify(request, null, 2);
}

function findRef(value) {
  if (value === null || typeof value !== 'object') return null;
  if (isRef(value)) return value;
  for (const member of Object.values(value)) {
    const found = findRef(member);
    if (found) return found;
  }
  return null;
}
