"""The service of lab.proto: what each method does is in its name."""

import hashlib
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / 'tools/examples'))
import grpc  # noqa: E402
import standin  # noqa: E402


def main():
    given = standin.arguments(__doc__)
    server = standin.Server(pathlib.Path(__file__).resolve().parent)
    number, total, text = server.message('lab.Number'), server.message('lab.Total'), server.message('lab.Text')
    body = server.message('google.api.HttpBody')
    parcel, arrived = server.message('lab.Parcel'), server.message('lab.Arrived')

    def count(request, context):
        server.noted['counted'] = 0
        for i in range(1, request.count + 1):
            if not context.is_active():
                return
            yield number(value=i, padding=bytes(request.padding + (i - 1) * request.growth))
            server.noted['counted'] = i  # the caller's side has room for the next
            if request.fail_after == i:
                context.set_trailing_metadata((('x-counted', str(i)),))
                context.abort(grpc.StatusCode.DATA_LOSS, f'lost count after {i}')
            if request.pause_ms:
                time.sleep(request.pause_ms / 1000)
        while request.holds and context.is_active():
            if failure := server.failures.get('Count'):
                standin.refuse(context, failure)
            time.sleep(0.01)
        context.set_trailing_metadata((('x-counted', str(request.count)),))

    def store(request, context):
        context.send_initial_metadata((('x-shelf', 'third'), ('x-shelf', 'fourth'), ('x-mark-bin', bytes([1, 255]))))
        context.set_trailing_metadata((('x-stored', str(request.count)),))
        if request.fail_after:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, 'stored before')
        return request

    def add(requests, context):
        context.send_initial_metadata((('x-adder', 'first'),))
        answer = total()
        server.noted['added'] = 0
        for one in requests:
            answer.sum += one.value
            answer.count += 1
            server.noted['added'] = answer.count  # they have come, whatever the caller has still to say
        context.set_trailing_metadata((('x-added', str(answer.count)),))
        return answer

    def echo(requests, context):
        for one in requests:
            if one.text == 'fail':
                context.set_trailing_metadata((('x-echoed', 'nothing'),))
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, 'asked to fail')
            for _ in range(max(one.repeat, 1)):
                yield text(text=one.text, blob=one.blob)

    def bodies(request, _context):
        for i in range(1, request.count + 1):
            yield body(content_type='text/plain', data=b'part %d\n' % i)

    def packs(request, _context):
        for i in range(1, request.count + 1):
            yield parcel(file=body(content_type='text/plain', data=b'pack %d\n' % i))

    def take(requests, field):
        answer = arrived()
        digest = hashlib.sha256()
        server.noted['taken'] = 0
        for one in requests:
            content = field(one)
            digest.update(content.data)
            answer.size += len(content.data)
            answer.messages += 1
            answer.longest = max(answer.longest, len(content.data))
            if content.content_type:
                answer.types.append(content.content_type)
            if getattr(one, 'name', ''):
                answer.names.append(one.name)
            server.noted['taken'] = answer.size
        answer.sha256 = digest.hexdigest()
        return answer

    server.add('lab.Lab', {
        'Pack': lambda request, _context: request, 'Packs': packs, 'Upload': lambda requests, _context: take(requests, lambda one: one),
        'Gather': lambda requests, _context: take(requests, lambda one: one.file),
        'Left': lambda request, _context: request, 'Right': lambda request, _context: request,
        'Count': count, 'Describe': lambda request, _context: request, 'Store': store,
        'Shelve': lambda request, _context: request, 'Sum': add,
        'Measure': lambda request, _context: total(sum=len(request.inner.blob), count=1), 'Echo': echo,
        'Body': lambda request, _context: body(content_type=request.content_type, data=request.data[::-1]), 'Bodies': bodies})
    server.start(given)
    server.run(given.control_port)


if __name__ == '__main__':
    main()
