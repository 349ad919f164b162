"""What the example stand-ins share: a gRPC server made of .proto files at run time, without generated code.

A method is a function of (request, context) that returns a message, or a generator of messages where the answer is a stream. Where the
requests are a stream, it gets an iterator of them instead.
Reflection, where it is asked for, is answered from the same descriptors.
"""

import argparse
import concurrent.futures
import http.server
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

LIMIT = 300 << 20  # bytes of one message
REFLECTION = 'grpc.reflection.%s.ServerReflection'
YEAR = 366 * 24 * 3600  # seconds; a call without a deadline has more left

# One grey pixel.
JPEG = bytes.fromhex(
    'ffd8ffe000104a46494600010100000100010000ffdb004300100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933383740485c4e'
    '404457453738506d51575f626768673e4d71797064785c656763ffc0000b080001000101011100ffc400140001000000000000000000000000000000000009'
    'ffc40014100100000000000000000000000000000000ffda0008010100003f002a9fffd9')


def png(width, height, rows, bits=8, is_rgb=False):
    """A grey picture or one of RGB; `rows`: the bytes of each."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, bits, 2 if is_rgb else 0, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(b''.join(b'\0' + row for row in rows), 1)) + chunk(b'IEND', b''))


def refuse(context, failure):
    """Ends the call: (status, text) or (status, text, a google.rpc.Status in hex)."""
    if len(failure) > 2:
        context.set_trailing_metadata((('grpc-status-details-bin', bytes.fromhex(failure[2])),))
    context.abort(getattr(grpc.StatusCode, failure[0]), failure[1])


def compile_protos(root):
    """Every .proto below the folder as one descriptor set."""
    root = pathlib.Path(root)
    files = sorted(str(path.relative_to(root)) for path in root.rglob('*.proto'))
    with tempfile.NamedTemporaryFile(suffix='.pb') as out:
        subprocess.run(['protoc', '-I', str(root), '--include_imports', '--descriptor_set_out', out.name, *files], check=True)
        return descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out.name).read_bytes())


class Server:
    def __init__(self, root):
        self.files = compile_protos(root)
        self.pool = descriptor_pool.DescriptorPool()
        for file in self.files.file:
            self.pool.Add(file)
        self.factory = message_factory.MessageFactory(self.pool)
        self.services = {}
        self.calls = 0
        self.seen = []  # the last of their requests, for the control port
        self.failures = {}  # by method, as refuse() takes them, set over the control port
        self.lock = threading.Lock()
        self.open_streams = 0
        self.cancelled = 0  # calls whose caller left before their answer
        self.noted = {}  # what a stand-in has to tell besides

    def work(self, seconds, context):
        """Takes that long, unless the caller leaves: then it is counted, and the answer is False."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not context.is_active():
                with self.lock:
                    self.cancelled += 1
                return False
            time.sleep(0.02)
        return True

    def message(self, name):
        """The class of a message by its full name."""
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))

    def add(self, service, methods):
        """`methods`: by name, the function that answers."""
        descriptor = self.pool.FindServiceByName(service)
        handlers = {name: self._handler(descriptor.methods_by_name[name], act) for name, act in methods.items()}
        self.services[service] = grpc.method_handlers_generic_handler(service, handlers)

    def _handler(self, method, act):
        request = self.factory.GetPrototype(method.input_type)
        proto = descriptor_pb2.MethodDescriptorProto()
        method.CopyToProto(proto)

        def note(asked, context):
            if proto.client_streaming:  # the requests are the method's to read
                asked = request()
            with self.lock:
                metadata = {name: value for name, value in context.invocation_metadata() if isinstance(value, str)}
                is_small = asked.ByteSize() < 1 << 20
                left = context.time_remaining()
                self.calls += 1
                self.seen.append({'method': method.full_name, 'size': asked.ByteSize(), 'metadata': metadata,
                                  'bytes': asked.SerializeToString() if is_small else b'',
                                  'asked': json_format.MessageToDict(asked, preserving_proto_field_name=True) if is_small else None,
                                  'seconds_left': left if left is not None and left < YEAR else None})
                del self.seen[:-20]
                failure = self.failures.get(method.name)
            if failure:
                refuse(context, failure)

        def unary(asked, context):
            note(asked, context)
            if not proto.client_streaming:
                return act(asked, context)
            with self.lock:
                self.open_streams += 1
            try:
                return act(asked, context)
            finally:
                with self.lock:
                    self.open_streams -= 1

        def stream(asked, context):
            note(asked, context)
            with self.lock:
                self.open_streams += 1
            try:
                yield from act(asked, context)
            finally:
                with self.lock:
                    self.open_streams -= 1

        wrap = {(False, False): grpc.unary_unary_rpc_method_handler, (False, True): grpc.unary_stream_rpc_method_handler,
                (True, False): grpc.stream_unary_rpc_method_handler, (True, True): grpc.stream_stream_rpc_method_handler}[
                    proto.client_streaming, proto.server_streaming]
        return wrap(stream if proto.server_streaming else unary, request_deserializer=request.FromString,
                    response_serializer=lambda answer: answer.SerializeToString())

    # gRPC's reflection: a request of one field, an answer of one field. Written by hand, since its own descriptors are no part of
    # what is served.
    def _reflect(self, requests, _context):
        files = {file.name: file for file in self.files.file}

        def field(number, data):
            size, out = len(data), bytes([number << 3 | 2])
            while size >= 0x80:
                out, size = out + bytes([size & 0x7F | 0x80]), size >> 7
            return out + bytes([size]) + data

        for request in requests:
            number, text = request[0] >> 3, request[2:].decode()
            if number == 7:
                names = b''.join(field(1, field(1, name.encode())) for name in sorted(self.services))
                yield field(6, names)
                continue
            try:
                name = text if number == 3 else self.pool.FindFileContainingSymbol(text).name
                yield field(4, field(1, files[name].SerializeToString()))
            except KeyError:
                yield field(7, b'\x08\x05' + field(2, b'not found'))

    def start(self, given):
        """`given`: what arguments() read."""
        self.grpc = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=64), options=[
            ('grpc.max_receive_message_length', LIMIT), ('grpc.max_send_message_length', LIMIT), ('grpc.so_reuseport', 0)])
        self.grpc.add_generic_rpc_handlers(tuple(self.services.values()))
        if given.reflection:
            handler = grpc.stream_stream_rpc_method_handler(self._reflect)
            self.grpc.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(
                REFLECTION % given.reflection, {'ServerReflectionInfo': handler}),))
        address = f'127.0.0.1:{given.port}'
        bound = self.grpc.add_secure_port(address, credentials(given)) if given.tls_cert else self.grpc.add_insecure_port(address)
        if bound == 0:
            sys.exit(f'port {given.port} is taken, or the files of TLS are unfit')
        self.grpc.start()
        print(f'listening on 127.0.0.1:{bound}', flush=True)

    def run(self, control_port):
        """Until it is stopped. The control port tells what was asked (GET /seen) and takes failures (POST /fail)."""
        server = self

        class Control(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                with server.lock:
                    seen = [{**one, 'bytes': one['bytes'].hex()} for one in server.seen]
                    self._answer({'calls': server.calls, 'seen': seen, 'open_streams': server.open_streams,
                                  'cancelled': server.cancelled, 'noted': server.noted})

            def do_POST(self):
                given = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                with server.lock:
                    server.failures = given
                self._answer({})

            def _answer(self, value):
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        control = http.server.ThreadingHTTPServer(('127.0.0.1', control_port), Control)
        print(f'control on http://127.0.0.1:{control.server_port}', flush=True)
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        control.serve_forever()


def credentials(given):
    def read(file):
        return pathlib.Path(file).read_bytes() if file else None
    return grpc.ssl_server_credentials([(read(given.tls_key), read(given.tls_cert))], read(given.tls_client_ca),
                                       require_client_auth=given.tls_client_ca is not None)


def arguments(description, **more):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--port', type=int, default=0, help='0 picks a free one, which the first line says')
    parser.add_argument('--control-port', type=int, default=0, help='the same, for what tests ask')
    parser.add_argument('--reflection', choices=['v1', 'v1alpha'], help='answer questions for the schema')
    parser.add_argument('--tls-cert', metavar='FILE', help='speak TLS with this certificate chain (PEM)')
    parser.add_argument('--tls-key', metavar='FILE', help='the key of that certificate (PEM)')
    parser.add_argument('--tls-client-ca', metavar='FILE', help='serve only those whose certificate these authorities (PEM) have signed')
    for name, options in more.items():
        parser.add_argument('--' + name.replace('_', '-'), **options)
    return parser.parse_args()
