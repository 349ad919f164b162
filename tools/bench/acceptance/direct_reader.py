"""Reads the stream of the rc_visard stand-in without the proxy, as bytes that nobody decodes: what the stand-in can do by itself."""

import argparse
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'examples'))
import grpc  # noqa: E402
import standin  # noqa: E402
from google.protobuf import descriptor_pool, json_format, message_factory  # noqa: E402

PROTO = pathlib.Path(__file__).resolve().parents[2] / 'examples/rc_visard/proto'


def number_of(data):
    """The second of a set's time stamp, which counts the sets: field 1, and in it field 1."""
    number, shift = 0, 0
    for byte in data[3:]:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number
    raise ValueError('a set without a time stamp')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--address', required=True)
    parser.add_argument('--request', required=True, help='JSON')
    parser.add_argument('--seconds', type=float, default=0, help='how long to read')
    parser.add_argument('--rounds', type=int, default=0, help='calls that are ended after their first set')
    given = parser.parse_args()

    pool = descriptor_pool.DescriptorPool()
    for file in standin.compile_protos(PROTO).file:
        pool.Add(file)
    request = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName('ImageSetRequest'))()
    json_format.Parse(given.request, request)
    channel = grpc.insecure_channel(given.address, options=[('grpc.max_receive_message_length', standin.LIMIT)])
    grpc.channel_ready_future(channel).result(timeout=20)
    stream = channel.unary_stream('/ImageInterface/StreamImageSets', request_serializer=lambda message: message.SerializeToString())

    first_ms = []
    for _ in range(given.rounds):
        begin = time.monotonic()
        call = stream(request)
        next(call)
        first_ms.append((time.monotonic() - begin) * 1000)
        call.cancel()

    count, missed, begin, now = 0, 0, time.monotonic(), time.monotonic()
    if given.seconds:
        call = stream(request)
        for data in call:
            count += 1
            missed += number_of(data) != count
            now = time.monotonic()
            if now - begin >= given.seconds:
                break
        call.cancel()
    print(json.dumps({'sets': count, 'seconds': now - begin, 'missed': missed, 'first_ms': first_ms}))


if __name__ == '__main__':
    main()
