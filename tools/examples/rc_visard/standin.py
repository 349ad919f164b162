"""A stand-in for the image stream of an rc_visard: sets of a scene that moves, of any size and rate, until the client leaves."""

import pathlib
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import grpc  # noqa: E402
import standin  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PLY = b'ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n0 0 1\n'


def rows(width, height, bytes_per_pixel, padding, number):
    """Row after row a ramp that moves by one with each set; the padding is 0xEE."""
    size = width * bytes_per_pixel
    ramp = bytes(i & 0xFF for i in range(256)) * (size // 256 + 2)
    begin = number & 0xFF
    return b''.join(ramp[(begin + y) & 0xFF:][:size] + b'\xee' * padding for y in range(height))


def main():
    given = standin.arguments(__doc__, width={'type': int, 'default': 8}, height={'type': int, 'default': 6},
                              rate={'type': float, 'default': 25.0, 'help': 'sets a second; 0: as fast as they are taken'},
                              padding={'type': int, 'default': 4, 'help': 'bytes between the rows'},
                              fail_after={'type': int, 'default': 0, 'help': 'sets, before the stream fails'},
                              silent={'action': 'store_true', 'help': 'no set ever comes, as with a trigger that nobody pulls'})
    server = standin.Server(HERE / 'proto')
    image_set = server.message('ImageSet')

    def fill(image, bytes_per_pixel, encoding, number):
        image.timestamp.sec, image.timestamp.nsec = 2147483647, 999999999
        image.width, image.height, image.encoding = given.width, given.height, encoding
        image.step = given.width * bytes_per_pixel + given.padding
        image.data = rows(given.width, given.height, bytes_per_pixel, given.padding, number)
        image.focal_length, image.gpios.values, image.exposure_time = 1075.5, 4294967295, 0.007

    def stream(request, context):
        number = 0
        server.noted = {'sets': 0}
        begin = time.monotonic()
        while context.is_active():
            if given.silent:
                time.sleep(0.05)
                continue
            number += 1
            answer = image_set()
            answer.timestamp.sec, answer.timestamp.nsec = number, number % 1000000000
            for name, wanted in (('left', request.left_enabled), ('right', request.right_enabled)):
                if wanted:
                    fill(getattr(answer, name), 3 if request.color else 1, 'rgb8' if request.color else 'mono8', number)
            if request.disparity_enabled:
                disparity = answer.disparity
                disparity.scale, disparity.baseline, disparity.delta_d = 0.0625, 0.16, 0.25
                fill(disparity.image, 2, 'mono16', number)
            if request.disparity_error_enabled:
                fill(answer.disparity_error, 1, 'mono8', number)
            if request.confidence_enabled:
                fill(answer.confidence, 1, 'mono8', number)
            if request.mesh_enabled:
                answer.mesh.format, answer.mesh.data = 'ply', PLY + struct.pack('<I', number)
            server.noted['sets'] = number  # the last one given away, of the newest call
            server.noted.setdefault('first_at', time.time())
            yield answer
            if given.fail_after and number >= given.fail_after:
                context.abort(grpc.StatusCode.INTERNAL, 'stereo matching stopped')
            if given.rate > 0:
                time.sleep(max(0.0, begin + number / given.rate - time.monotonic()))
        with server.lock:
            server.cancelled += 1

    server.add('ImageInterface', {'StreamImageSets': stream})
    server.start(given)
    server.run(given.control_port)


if __name__ == '__main__':
    main()
