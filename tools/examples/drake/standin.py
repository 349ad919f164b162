"""A stand-in for a renderer behind Drake's glTF client: it checks what it is asked, and draws ramps instead of the scene."""

import array
import hashlib
import math
import pathlib
import struct
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import grpc  # noqa: E402
import standin  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
MOST_PIXELS = 1 << 26
COLOR, DEPTH, LABEL = 1, 2, 3


def fault(request):
    """What is wrong with the request, which names the field; nothing if all is well."""
    positive = ['near', 'far', 'focal_x', 'focal_y', 'fov_x', 'fov_y', 'center_x', 'center_y', 'width', 'height']
    if not request.scene:
        return 'scene is missing or empty'
    if hashlib.sha256(request.scene).hexdigest() != request.scene_sha256.lower():
        return 'scene_sha256 is not that of the scene'
    if request.image_type not in (COLOR, DEPTH, LABEL):
        return 'image_type is none of color, depth and label'
    depths = [name for name in ('min_depth', 'max_depth') if request.HasField(name)]
    if request.image_type == DEPTH and len(depths) < 2:
        return 'min_depth and max_depth are needed for a depth image'
    if request.image_type != DEPTH and depths:
        return f'{depths[0]} is for depth images only'
    for name in positive + depths:
        value = getattr(request, name)
        if not (value > 0 and math.isfinite(value)):
            return f'{name} is {value}, but has to be more than 0 and finite'
    for less, more in (('near', 'far'), ('center_x', 'width'), ('center_y', 'height'), ('min_depth', 'max_depth')):
        if less != 'min_depth' or depths:
            low, high = getattr(request, less), getattr(request, more)
            if low >= high:
                return f'{less} is {low}, but has to be less than {more}, which is {high}'
    if request.width * request.height > MOST_PIXELS:
        return f'width x height is more than {MOST_PIXELS} pixels'
    return None


def color(request):
    """Red grows to the right, green downwards; blue tells scenes apart."""
    width, height, blue = request.width, request.height, int(request.scene_sha256[:2], 16)
    rows = (b''.join(bytes((255 * x // width, 255 * y // height, blue)) for x in range(width)) for y in range(height))
    return standin.png(width, height, rows, is_rgb=True)


def label(request):
    """A label is R + 256 G. Four of them side by side, the last being "don't care"."""
    row = b''.join((b'\x01\0\0', b'\xfe\0\0', b'\x02\x03\0', b'\xff\xff\xff')[4 * x // request.width] for x in range(request.width))
    return standin.png(request.width, request.height, [row] * request.height, is_rgb=True)


def depths(request):
    """Metres of one row: too close, then from the least to the greatest, then too far."""
    steps = max(request.width - 3, 1)
    between = (request.min_depth + (request.max_depth - request.min_depth) * i / steps for i in range(request.width - 2))
    return ([0, *between, math.inf])[-request.width:]


def depth_tiff(request):
    """One strip of floats, little-endian."""
    row = array.array('f', depths(request))
    if sys.byteorder == 'big':
        row.byteswap()
    data = row.tobytes() * request.height
    entries = [(256, 4, request.width), (257, 4, request.height), (258, 3, 32), (259, 3, 1), (262, 3, 1), (273, 4, 0), (277, 3, 1),
               (278, 4, request.height), (279, 4, len(data)), (339, 3, 3)]
    begin = 8 + 2 + 12 * len(entries) + 4  # where the pixels are: tag 273
    directory = b''.join(struct.pack('<HHII', tag, kind, 1, begin if tag == 273 else value) for tag, kind, value in entries)
    return b'II*\0' + struct.pack('<IH', 8, len(entries)) + directory + struct.pack('<I', 0) + data


def depth_png(request):
    """Millimetres in 16 bits."""
    row = b''.join(struct.pack('>H', 65535 if metres == math.inf else min(round(metres * 1000), 65534)) for metres in depths(request))
    return standin.png(request.width, request.height, [row] * request.height, bits=16)


def main():
    given = standin.arguments(__doc__, render_seconds={'type': float, 'default': 0, 'help': 'how long each picture takes'},
                              depth={'choices': ['tiff', 'png'], 'default': 'tiff', 'help': 'the form of depth images'},
                              together={'type': int, 'default': 1, 'help': 'no picture is begun before so many are asked for'})
    server = standin.Server(HERE / 'proto')
    reply = server.message('drake.render.RenderReply')
    draw = {COLOR: color, DEPTH: depth_tiff if given.depth == 'tiff' else depth_png, LABEL: label}
    gate = threading.Barrier(given.together)

    def render(request, context):
        wrong = fault(request)
        if wrong:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, wrong)
        try:
            gate.wait(30)
        except threading.BrokenBarrierError:
            context.abort(grpc.StatusCode.INTERNAL, f'fewer than {given.together} pictures were asked for at once')
        if not server.work(given.render_seconds, context):
            return reply()
        image = draw[request.image_type](request)
        with server.lock:
            server.noted['scene'] = {'size': len(request.scene), 'sha256': hashlib.sha256(request.scene).hexdigest()}
            server.noted['image'] = {'size': len(image), 'sha256': hashlib.sha256(image).hexdigest()}
        return reply(image=image)

    server.add('drake.render.RenderServer', {'Render': render})
    server.start(given)
    server.run(given.control_port)


if __name__ == '__main__':
    main()
