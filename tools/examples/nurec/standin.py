"""A stand-in for the NuRec sensor simulator: one scene, two cameras, eleven poses, and pictures that say what was asked."""

import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import grpc  # noqa: E402
import standin  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SCENE = 'clipgt-0001'
START = 1609459200000000  # microseconds
CAMERAS = ['camera_front_wide_120fov', 'camera_cross_left_120fov']


def main():
    given = standin.arguments(__doc__, render_seconds={'type': float, 'default': 0}, padding={'type': int, 'default': 0},
                              revision={'choices': ['A', 'C'], 'default': 'A', 'help': 'of the interface: proto or proto_c'})
    is_first = given.revision == 'A'
    server = standin.Server(HERE / ('proto' if is_first else 'proto_c'))
    package = 'nre.grpc.protos.sensorsim.'
    common = 'nre.grpc.protos.common.' if is_first else 'common.'

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

    # The status and the words of what is wrong, or nothing.
    def refusal(request):
        camera = request.camera_intrinsics.logical_id
        if request.scene_id != SCENE:
            return 'NOT_FOUND', f'scene {request.scene_id} is not loaded'
        if camera and camera not in CAMERAS:
            return 'NOT_FOUND', f'scene {SCENE} has no camera {camera}'
        if request.frame_end_us <= request.frame_start_us:
            return 'OUT_OF_RANGE', 'the interval is empty'
        if request.image_format not in (1, 2) or (request.image_format == 2 and request.image_quality <= 0):
            return 'INVALID_ARGUMENT', 'image_format or image_quality'
        return None

    def picture(request):
        data = standin.JPEG
        if request.image_format == 1:
            shade = bytes([request.frame_start_us % 251])
            data = standin.png(request.resolution_w, request.resolution_h, [shade * request.resolution_w] * request.resolution_h)
        data += bytes(given.padding)
        with server.lock:
            server.noted['image'] = {'size': len(data), 'sha256': hashlib.sha256(data).hexdigest()}
        return server.message(package + 'RGBRenderReturn')(image_bytes=data)

    def render(request, context):
        if not server.work(given.render_seconds, context):
            return server.message(package + 'RGBRenderReturn')()
        refused = refusal(request)
        if refused:
            context.abort(getattr(grpc.StatusCode, refused[0]), refused[1])
        return picture(request)

    def batch(request, context):
        if len({item.request.scene_id for item in request.items}) > 1:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, 'the items are of several scenes')
        answer = server.message(package + 'BatchRGBRenderReturn')()
        for item in request.items:
            refused = refusal(item.request)
            answer.items.add(camera_name=item.camera_name, success=not refused, error_message=refused[1] if refused else '',
                             result=None if refused else picture(item.request))
        return answer

    def loaded(_request, _context):
        answer = server.message(package + 'LoadedScenesReturn')(loaded_instance_capacity=4)
        answer.scenes.add(scene_id=SCENE, loaded_instance_count=1, reusable_instance_count=18446744073709551615)
        return answer

    def version(_request, _context):
        return server.message(common + 'VersionId')(version_id='0.1' if is_first else '0.3', git_hash='0')

    later = {} if is_first else {'batch_render_rgb': batch, 'get_loaded_scenes': loaded}
    server.add(package + 'SensorsimService', {
        **later, 'get_available_scenes': scenes, 'get_available_cameras': cameras, 'get_available_trajectories': trajectories,
        'render_rgb': render, 'get_version': version,
        'get_available_ego_masks': lambda _request, _context: server.message(package + 'AvailableEgoMasksReturn')()})
    server.start(given)
    server.run(given.control_port)


if __name__ == '__main__':
    main()
