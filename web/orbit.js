// Page. How a camera moves: pure functions from one {position, target, up, fov} to the next. Octane's world is right-handed; fov is the
// horizontal angle in degrees. Orbiting turns about `up`, which itself never changes, and stops short of the poles, where the view would flip.

import { add, cross, dot, length, normalize, rotate, scale, subtract, vector } from './vector.js';

const kPoleMargin = 0.01;     // radians
const kNearest = 1e-3;        // distances in metres
const kFarthest = 1e7;
const kDefaultFov = 45;

// From GetCamera's answer, where members that are 0 are left out. Null if there is nothing to orbit around.
export function fromAnswer(answer) {
  if (!answer.position && !answer.target) return null;
  const position = vector(answer.position);
  const target = vector(answer.target);
  const up = vector(answer.up);
  if (length(subtract(position, target)) === 0) return null;
  return {
    position,
    target,
    up: length(up) > 0 ? normalize(up) : { x: 0, y: 1, z: 0 },
    fov: answer.fov > 0 ? answer.fov : kDefaultFov,
  };
}

// Radians; a hand that moves right or up takes the scene's near side with it.
export function orbit(camera, yaw, pitch) {
  const { target, up } = camera;
  const offset = rotate(subtract(camera.position, target), up, -yaw);
  const polar = Math.acos(Math.min(1, Math.max(-1, dot(offset, up) / length(offset))));
  const wanted = Math.min(Math.PI - kPoleMargin, Math.max(kPoleMargin, polar + pitch));
  const turned = rotate(offset, axisAcross(up, offset), wanted - polar);
  return { ...camera, position: add(target, turned) };
}

// A factor below 1 comes nearer.
export function dolly(camera, factor) {
  const offset = subtract(camera.position, camera.target);
  const distance = length(offset);
  const wanted = Math.min(kFarthest, Math.max(kNearest, distance * factor));
  return { ...camera, position: add(camera.target, scale(offset, wanted / distance)) };
}

// Fractions of the picture's width; what lies at the target's depth stays under the hand.
export function pan(camera, right, down) {
  const offset = subtract(camera.position, camera.target);
  const width = 2 * length(offset) * Math.tan((camera.fov * Math.PI) / 360);
  const across = axisAcross(camera.up, offset);
  const upward = normalize(cross(offset, across));
  const move = add(scale(across, -right * width), scale(upward, down * width));
  return { ...camera, position: add(camera.position, move), target: add(camera.target, move) };
}

export const toRequest = ({ position, target, up }) => ({ position, target, up });

// The unit vector to the camera's right; any sideways one if it looks straight along `up`.
function axisAcross(up, offset) {
  const across = cross(up, offset);
  if (length(across) > 1e-9 * length(offset)) return normalize(across);
  return normalize(cross(up, Math.abs(up.x) < 0.9 ? { x: 1, y: 0, z: 0 } : { x: 0, y: 0, z: 1 }));
}
