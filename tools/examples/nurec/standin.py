"""A stand-in for the NuRec sensor simulator: one scene, two cameras, eleven poses, and pictures that say what was asked."""

import io
import pathlib
import struct
import sys
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import grpc  # noqa: E402
import standin  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SCENE = 'clipgt-0001'
START = 1609459200000000  # microseconds
CAMERAS = ['camera_front_wide_120fov', 'camera_cross_left_120fov']
JPEG = bytes.fromhex(
    'ffd8ffe000104a46494600010100000100010000ffdb004300100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933383740485c4e'
    '404457453738506d51575f626768673e4d71797064785c656763ffc0000b080001000101011100ffc400140001000000000000000000000000000000000009'
    'ffc40014100100000000000000000000000000000000ffda0008010100003f002a9fffd9')


def png(width, height, shade):
    """A grey picture of one shade."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + bytes([shade]) * width for _ in range(height))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def main():
    given = standin.arguments(__doc__, render_seconds={'type': float, 'default': 0}, padding={'type': int, 'default': 0})
    server = standin.Server(HERE / 'proto')
    package = 'nre.grpc.protos.sensorsim.'
    common = 'nre.grpc.protos.common.'

    def scenes(_request, _context):
        return server.message(common + 'AvailableScenesReturn')(scene_ids=[SCENE])

    def cameras(request, context):
        if request.scene_id != SCENE:
            context.abort(grpc.StatusCode.UNKNOWN, f"Exception calling application: '{request.scene_id}'")
        answer = server.message(package + 'AvailableCamerasReturn')()
        for name in CAMERAS:
            camera = answer.available_cameras.add(logical_id=name)
            spec = camera.intrinsics
            spec.logical_id, spec.resolution_h, spec.resolution_w, spec.shutter_type = name, 1080, 1920, 5
            ftheta = spec.ftheta_param
            ftheta.principal_point_x, ftheta.principal_point_y, ftheta.reference_poly = 959.5, 539.5, 2
            ftheta.pixeldist_to_angle_poly.extend([0, 0.001])
            ftheta.angle_to_pixeldist_poly.extend([0, 1000])
            ftheta.max_angle, ftheta.linear_cde.linear_c = 1.22, 1
            camera.rig_to_camera.vec.x, camera.rig_to_camera.vec.z, camera.rig_to_camera.quat.w = 1.75, 1.5, 1
        return answer

    def trajectories(_request, _context):
        answer = server.message(package + 'AvailableTrajectoriesReturn')()
        poses = answer.available_trajectories.add().trajectory.poses
        for i in range(11):
            pose = poses.add(timestamp_us=START + i * 100000)
            pose.pose.vec.x, pose.pose.quat.w = float(i), 1
        for odd in (9007199254740993, 18446744073709551615):
            poses.add(timestamp_us=odd).pose.quat.w = 1
        return answer

    def render(request, context):
        until = time.monotonic() + given.render_seconds
        while time.monotonic() < until:
            if not context.is_active():
                with server.lock:
                    server.cancelled += 1
                return server.message(package + 'RGBRenderReturn')()
            time.sleep(0.02)
        if request.scene_id != SCENE:
            context.abort(grpc.StatusCode.NOT_FOUND, f'scene {request.scene_id} is not loaded')
        if request.frame_end_us <= request.frame_start_us:
            context.abort(grpc.StatusCode.OUT_OF_RANGE, 'the interval is empty')
        if request.image_format == 1:
            data = png(request.resolution_w, request.resolution_h, request.frame_start_us % 251)
        elif request.image_format == 2 and request.image_quality > 0:
            data = JPEG
        else:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, 'image_format or image_quality')
        return server.message(package + 'RGBRenderReturn')(image_bytes=data + bytes(given.padding))

    def version(_request, _context):
        return server.message(common + 'VersionId')(version_id='0.1', git_hash='0')

    server.add(package + 'SensorsimService', {
        'get_available_scenes': scenes, 'get_available_cameras': cameras, 'get_available_trajectories': trajectories,
        'render_rgb': render, 'get_version': version,
        'get_available_ego_masks': lambda _request, _context: server.message(package + 'AvailableEgoMasksReturn')()})
    server.start(given.port, given.reflection)
    server.run(given.control_port)


if __name__ == '__main__':
    main()
