// Test support. How each existing client speaks: where it sends a call, what comes back, and what a member must look like for it.

import assert from 'node:assert/strict';

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRef = (value) => isObject(value) && /^[1-9]\d*$/.test(value.handle) && typeof value.handle === 'string' && /^Api/.test(value.type);
const isVector = (axes, all) => (value) => isObject(value) &&
  [...axes].every((axis) => typeof value[axis] === 'number' || (!all && value[axis] === undefined));

// Kinds of members that are never left out because they have their default value.
const always = {
  ref: isRef,
  list: (value) => Array.isArray(value) && value.length > 0,
  object: isObject,
};
const scalars = {
  bool: (value) => typeof value === 'boolean',
  int: Number.isInteger,
  number: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string',
  long: (value) => typeof value === 'string' && /^-?\d+$/.test(value),
  name: (value) => typeof value === 'string' && /^[A-Z]\w+$/.test(value),
};
const orAbsent = (test) => (value) => value === undefined || test(value);

// The member at a path like "renderImages.data.0.type".
export const at = (data, path) => path.split('.').reduce((value, name) => value?.[name], data);

// octaneProxy's surface: an envelope, defaults left out, bytes as base64.
export const octaneProxy = {
  name: 'octaneWeb',
  kinds: {
    ...always,
    ...Object.fromEntries(Object.entries(scalars).map(([kind, test]) => [kind, orAbsent(test)])),
    xy: isVector('xy', false),
    xyz: isVector('xyz', false),
    bytes: (value) => typeof value === 'string' && /^[A-Za-z0-9+/]+=*$/.test(value),
  },
  async call(proxy, name, body) {
    const answer = await proxy.post(`/${name}`, body, { headers: { 'Content-Type': 'application/grpc-web+proto', 'X-Call-Id': 'octaneWeb' } });
    if (answer.status === 200) assert.equal(answer.json.success, true, answer.text);
    else assert.equal(answer.json.success, false, answer.text);
    return { status: answer.status, data: answer.json.data, error: answer.json.error };
  },
  // What the page takes an answer for: absent members are defaults of the kind that is expected.
  same: (value, expected) => {
    if (value === undefined && expected !== undefined) return expected === false || expected === 0 || expected === '';
    if (isObject(expected)) return Object.keys(expected).every((name) => octaneProxy.same(value[name], expected[name]));
    return value === expected;
  },
};

// octaneWebR's plugin: bare answers, everything present, bytes as its runtime writes buffers.
export const octaneWebR = {
  name: 'octaneWebR',
  kinds: {
    ...always,
    ...scalars,
    xy: isVector('xy', true),
    xyz: isVector('xyz', true),
    bytes: (value) => value?.type === 'Buffer' && Array.isArray(value.data) && value.data.length > 0 && value.data.every(Number.isInteger),
  },
  async call(proxy, name, body) {
    const answer = await proxy.post(`/api/grpc/${name}`, body, { headers: { 'Content-Type': 'application/json' } });
    if (answer.status === 200) return { status: 200, data: answer.json };
    const [service, method] = name.split('/');
    assert.equal(answer.status, 500, answer.text);
    assert.equal(answer.json.service, service, answer.text);
    assert.equal(answer.json.method, method, answer.text);
    assert.ok(Number.isInteger(answer.json.code) || answer.json.code === 'UNKNOWN', answer.text);
    return { status: 500, error: answer.json.error };
  },
  same: (value, expected) => {
    if (isObject(expected)) return isObject(value) && Object.keys(expected).every((name) => octaneWebR.same(value[name], expected[name]));
    return value === expected;
  },
};
