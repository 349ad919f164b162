// Page. Three-component vectors as {x, y, z}, the form they have in requests.

export const vector = (v, fallback = 0) => ({ x: v?.x ?? fallback, y: v?.y ?? fallback, z: v?.z ?? fallback });
export const add = (a, b) => ({ x: a.x + b.x, y: a.y + b.y, z: a.z + b.z });
export const subtract = (a, b) => ({ x: a.x - b.x, y: a.y - b.y, z: a.z - b.z });
export const scale = (a, s) => ({ x: a.x * s, y: a.y * s, z: a.z * s });
export const dot = (a, b) => a.x * b.x + a.y * b.y + a.z * b.z;
export const cross = (a, b) => ({ x: a.y * b.z - a.z * b.y, y: a.z * b.x - a.x * b.z, z: a.x * b.y - a.y * b.x });
export const length = (a) => Math.hypot(a.x, a.y, a.z);
export const normalize = (a) => scale(a, 1 / length(a));

// Around a unit axis, right-handed, radians.
export function rotate(v, axis, angle) {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return add(add(scale(v, c), scale(cross(axis, v), s)), scale(axis, dot(axis, v) * (1 - c)));
}
