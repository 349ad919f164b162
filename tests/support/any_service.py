"""The services of any .proto files: every method answers what the program was told to, by the names that these files have.

The member `asked` of an answer, where its type has one, tells the request as it was understood: JSON in a string.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'tools/examples'))
import standin  # noqa: E402
from google.protobuf import json_format  # noqa: E402


def main():
    given = standin.arguments(__doc__, proto={'metavar': 'DIR', 'required': True, 'help': 'where the files are'},
                              answer={'metavar': 'JSON', 'default': '{}', 'help': 'a method that gives a stream gives it again and again'})
    server = standin.Server(given.proto)
    answer = json.loads(given.answer)

    def act_of(method):
        kind = server.message(method.output_type.removeprefix('.'))

        def one(request, _context):
            filled = json_format.ParseDict(answer, kind())
            if 'asked' in kind.DESCRIPTOR.fields_by_name:
                filled.asked = json.dumps(json_format.MessageToDict(request, preserving_proto_field_name=True))
            return filled

        def many(request, context):
            yield one(request, context)
            while server.work(0.01, context):
                yield one(request, context)

        return many if method.server_streaming else one

    for file in server.files.file:
        for service in file.service:
            server.add('.'.join(filter(None, (file.package, service.name))), {method.name: act_of(method) for method in service.method})
    server.start(given)
    server.run(given.control_port)


if __name__ == '__main__':
    main()
