// Test support. The details of an error: as the stand-ins of tools/examples take them, and as the proxy tells them.

const field = (number, data) => Buffer.concat([Buffer.from([(number << 3) | 2, data.length]), data]);
const violation = Buffer.concat([field(1, Buffer.from('pose.w')), field(2, Buffer.from('is no number'))]);
const any = Buffer.concat([field(1, Buffer.from('type.googleapis.com/google.rpc.BadRequest')), field(2, field(1, violation))]);

// A google.rpc.Status of code 3 with one google.rpc.BadRequest, in hex.
export const badRequest = Buffer.concat([Buffer.from([8, 3]), field(3, any)]).toString('hex');

export const badRequestDetails = [
  { '@type': 'type.googleapis.com/google.rpc.BadRequest', field_violations: [{ field: 'pose.w', description: 'is no number' }] }];
