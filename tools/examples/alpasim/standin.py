"""A stand-in for the services of the alpasim driving simulator, all of them on one port or some: sessions, rollouts, and what goes wrong."""

import hashlib
import itertools
import math
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import grpc  # noqa: E402
import standin  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SCENES = ['clipgt-0001', 'clipgt-0002']
FAILING = 'clipgt-0002'  # its rollouts fail
VIDEO = 'omnidreams.video_model.'


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = getattr(grpc.StatusCode, status)


class Sessions:
    """What is known of each by its id."""

    def __init__(self):
        self.known = {}
        self.lock = threading.Lock()

    def open(self, name, facts):
        if not name:
            raise Refused('INVALID_ARGUMENT', 'session_uuid is missing')
        with self.lock:
            if name in self.known:
                raise Refused('ALREADY_EXISTS', f'session {name} has been started already')
            self.known[name] = facts

    def at(self, name):
        with self.lock:
            if name not in self.known:
                raise Refused('NOT_FOUND', f'there is no session {name!r}')
            return self.known[name]

    def close(self, name):
        self.at(name)
        with self.lock:
            self.known.pop(name, None)


class Service:
    """The methods have the names that they have in the schema."""

    def __init__(self, server, given):
        self.server = server
        self.given = given
        self.sessions = Sessions()

    def make(self, name, **fields):
        return self.server.message(name)(**fields)

    def empty(self):
        return self.make('common.Empty')

    def version(self):
        return self.make('common.VersionId', version_id='0.9.1', git_hash='0f1e2d3c')

    def scenes(self):
        return self.make('common.AvailableScenesReturn', scene_ids=SCENES)

    # For methods that have nothing of their own.
    def get_version(self, _request, _context):
        return self.version()

    def get_available_scenes(self, _request, _context):
        return self.scenes()

    def close_session(self, request, _context):
        self.sessions.close(request.session_uuid)
        return self.empty()

    def refuse(self, refusal, context):
        context.abort(refusal.status, str(refusal))

    def serve(self, name):
        def answer(act):
            def answered(request, context):
                try:
                    return act(request, context)
                except Refused as refusal:
                    return self.refuse(refusal, context)
            return answered
        methods = self.server.pool.FindServiceByName(name).methods
        self.server.add(name, {method.name: answer(getattr(self, method.name)) for method in methods})


class Runtime(Service):
    is_shut_down = False

    def get_runtime_info(self, _request, _context):
        info = self.make('RuntimeInfo', max_supported_concurrent_rollouts=4, nr_workers=2, renderer_type='nre')
        for scene in SCENES:
            one = info.scenes.add(scene_id=scene, provider_kind='usdz')
            one.metadata.version_string, one.metadata.uuid = '1.2', scene.removeprefix('clipgt-')
            one.metadata.camera_ids.extend(['camera_front_wide_120fov', 'camera_cross_left_120fov'])
            one.metadata.start_time_us, one.metadata.end_time_us = 1000000, 21000000
        info.service_capacities.add(service_name='driver', total_capacity=2)
        info.service_capacities.add(service_name='traffic', skipped=True)
        info.runtime_version.CopyFrom(self.version())
        return info

    def check(self, request):
        if self.is_shut_down:
            raise Refused('UNAVAILABLE', 'the runtime is shutting down')
        if not request.rollout_specs:
            raise Refused('INVALID_ARGUMENT', 'rollout_specs is empty')
        for spec in request.rollout_specs:
            if spec.scenario_id not in SCENES:
                raise Refused('INVALID_ARGUMENT', f'unknown scenario {spec.scenario_id!r}; there are {", ".join(SCENES)}')
            if spec.session_uuids and len(spec.session_uuids) != spec.nr_rollouts:
                raise Refused('INVALID_ARGUMENT', f'{len(spec.session_uuids)} session_uuids for {spec.nr_rollouts} rollouts')

    def simulate(self, request, context):
        self.check(request)
        answer = self.make('SimulationReturn', runtime_version=self.version(), driver_version=self.version())
        if not self.server.work(self.given.simulate_seconds, context):
            return answer
        for spec in request.rollout_specs:
            for i in range(spec.nr_rollouts):
                rollout = answer.rollout_returns.add(rollout_spec=spec, success=spec.scenario_id != FAILING)
                rollout.rollout_uuid = spec.session_uuids[i] if spec.session_uuids else f'rollout-{i}'
                if rollout.success:
                    self.measure(rollout)
                else:
                    rollout.error, rollout.error_code = 'the driver left the road after 3.2 s', 1
        return answer

    # A rollout that failed is no failed call: it comes with success, error and error_code of its own.
    def measure(self, rollout):
        speed = rollout.timestep_metrics.add(name='speed', time_aggregation=1)
        for i in range(3):
            speed.timestamps_us.append(1000000 + i * 100000)
            speed.values.append(10 + i / 4)
            speed.valid.append(i > 0)
        for name, value in (('progress', 0.9375), ('collisions', 0), ('offroad_rate', math.nan), ('time_to_collision', math.inf),
                            ('worst margin', -math.inf), ('', 1)):
            rollout.aggregated_metrics[name] = value

    def shut_down(self, _request, _context):
        self.is_shut_down = True
        return self.empty()


class Egodriver(Service):
    def start_session(self, request, _context):
        self.sessions.open(request.session_uuid, {'images': 0})
        return self.make('common.SessionRequestStatus')

    def submit_image_observation(self, request, _context):
        session = self.sessions.at(request.session_uuid)
        data = request.camera_image.image_bytes
        if not data:
            raise Refused('FAILED_PRECONDITION', 'the model takes pictures, and image_bytes is empty')
        session['images'] += 1
        with self.server.lock:
            self.server.noted['image'] = {'size': len(data), 'sha256': hashlib.sha256(data).hexdigest()}
        return self.empty()

    def take(self, request, _context):
        self.sessions.at(request.session_uuid)
        return self.empty()

    submit_egomotion_observation = submit_route = submit_recording_ground_truth = take

    def drive(self, request, _context):
        session = self.sessions.at(request.session_uuid)
        if request.time_query_us <= request.time_now_us:
            raise Refused('INVALID_ARGUMENT', self.no_such_recording(request))
        if not session['images']:
            raise Refused('FAILED_PRECONDITION', 'the model has seen no picture yet')
        answer = self.make('egodriver.DriveResponse')
        step = (request.time_query_us - request.time_now_us) // 4
        for poses in (answer.trajectory.poses, answer.debug_info.sampled_trajectories.add().poses):
            for i in range(5):
                pose = poses.add(timestamp_us=request.time_now_us + i * step)
                pose.pose.vec.x, pose.pose.quat.w = i * step * 1e-5, 1
        answer.debug_info.unstructured_debug_info = request.renderer_data
        return answer

    # As servers that replay a recording have it: whatever they know, in one text of kilobytes.
    def no_such_recording(self, request):
        lines = [f'no recorded request has time_now_us {request.time_now_us} and time_query_us {request.time_query_us}; there are:']
        while sum(len(line.encode()) + 1 for line in lines) < 6144:
            lines.append(f'\t{{"request": {len(lines)}, "place": "Straße nach 横浜", "file": "C:\\\\logs\\\\{len(lines)}", "done": "100 %"}}')
        text = '\n'.join(lines)
        with self.server.lock:
            self.server.noted['text'] = text
        return text


class Physics(Service):
    def ground_intersection(self, request, _context):
        if request.scene_id not in SCENES:
            raise KeyError(request.scene_id)  # gRPC makes UNKNOWN of it, with its text
        answer = self.make('physics.PhysicsGroundIntersectionReturn')
        for pose in request.ego_data.ego_trajectory_aabb.poses:
            answer.ego_trajectory_aabb.poses.add().CopyFrom(pose)
            answer.ego_status.append(0)
        for other in request.other_objects:
            answer.other_poses.add(pose=other.pose_pair.future_pose, status=2 if other.aabb.size_z == 0 else 0)
        return answer


class Traffic(Service):
    # It sets the status and returns a message all the same.
    def refuse(self, refusal, context):
        context.set_code(refusal.status)
        context.set_details(str(refusal))
        answer = self.make('traffic.TrafficReturn')
        answer.object_trajectory_updates.add(object_id='not to be seen')
        return answer

    def start_session(self, request, _context):
        if not request.logged_object_trajectories:
            raise Refused('INVALID_ARGUMENT', 'logged_object_trajectories is empty')
        if request.scene_id not in SCENES:
            raise Refused('NOT_FOUND', f'there is no scene {request.scene_id!r}')
        objects = {one.object_id for one in request.logged_object_trajectories}
        self.sessions.open(request.session_uuid, {'objects': objects, 'time': request.handover_time_us})
        return self.make('common.SessionRequestStatus')

    def simulate(self, request, _context):
        session = self.sessions.at(request.session_uuid)
        if request.time_query_us < session['time']:
            raise Refused('FAILED_PRECONDITION', f'{request.time_query_us} is before {session["time"]}, where the session is')
        strangers = sorted({one.object_id for one in request.object_trajectory_updates} - session['objects'])
        if strangers:
            raise Refused('INTERNAL', f'the step failed: there is no object {strangers[0]!r}')
        session['time'] = request.time_query_us
        answer = self.make('traffic.TrafficReturn')
        for name in sorted(session['objects']):
            pose = answer.object_trajectory_updates.add(object_id=name).trajectory.poses.add(timestamp_us=request.time_query_us)
            pose.pose.quat.w = 1
        return answer

    def get_metadata(self, _request, _context):
        return self.make('traffic.TrafficModuleMetadata', version_id=self.version(), minimum_history_length_us=1000000)


class Controller(Service):
    def start_session(self, request, _context):
        self.sessions.open(request.session_uuid, {})
        return self.make('common.SessionRequestStatus')

    def run_controller_and_vehicle(self, request, _context):
        self.sessions.at(request.session_uuid)
        answer = self.make('controller.RunControllerAndVehicleModelResponse')
        begin = request.state.timestamp_us
        step = max(request.pose_reporting_interval_us, 10000)
        for i in range(1, max(2, min((request.future_time_us - begin) // step, 100) + 1)):
            state = answer.states.add(timestamp_us=begin + i * step, dynamic_state=request.state.state)
            state.pose_local_to_rig.CopyFrom(request.state.pose)
            state.pose_local_to_rig.vec.x += request.state.state.linear_velocity.x * i * step * 1e-6
        last = answer.states[-1]
        answer.pose_local_to_rig.timestamp_us = last.timestamp_us  # for clients of an older revision
        answer.pose_local_to_rig.pose.CopyFrom(last.pose_local_to_rig)
        answer.dynamic_state.CopyFrom(last.dynamic_state)
        return answer


class WorldModel(Service):
    numbers = itertools.count(1)

    def start_session(self, request, _context):
        if not request.camera_specs:
            raise Refused('INVALID_ARGUMENT', 'camera_specs is empty')
        name = f's{next(self.numbers)}'
        cameras = [spec.logical_id for spec in request.camera_specs]
        self.sessions.open(name, {'cameras': cameras, 'skips': request.debug_options.skip_video_generation,
                                  'has_maps': request.debug_options.return_hdmap_frames})
        return self.make(VIDEO + 'SessionId', session_id=name)

    def close_session(self, request, _context):
        self.sessions.close(request.session_id)
        return self.empty()

    def render_video_chunk(self, request, _context):
        session = self.sessions.at(request.session_id.session_id)
        answer = self.make(VIDEO + 'VideoChunkReturn')
        padding = bytes(self.given.padding)
        for i, camera in enumerate(session['cameras']):
            output = answer.camera_outputs.add(camera_logical_id=camera)
            for shade in (10 + i, None, 200 + i):
                data = standin.JPEG if shade is None else standin.png(48, 27, [bytes([shade]) * 48] * 27)
                if not session['skips']:
                    output.rgb_frames.add(data=data + padding, format=2 if shade is None else 1)
            if session['has_maps']:
                output.hdmap_condition_frames.add(data=standin.png(48, 27, [bytes(48)] * 27), format=1)
        return answer


SERVICES = {'RuntimeService': Runtime, 'egodriver.EgodriverService': Egodriver, 'physics.PhysicsService': Physics,
            'traffic.TrafficService': Traffic, 'controller.VDCService': Controller, VIDEO + 'WorldModelService': WorldModel}


def main():
    given = standin.arguments(__doc__, services={'default': ','.join(SERVICES), 'help': 'only these, with commas between them'},
                              simulate_seconds={'type': float, 'default': 0, 'help': 'how long RuntimeService/simulate takes'},
                              padding={'type': int, 'default': 0, 'help': 'bytes behind each frame of render_video_chunk'})
    server = standin.Server(HERE / 'proto')
    for wanted in given.services.split(','):
        found = [name for name in SERVICES if name == wanted or name.endswith('.' + wanted)]
        if not found:
            sys.exit(f'there is no {wanted}; there are {", ".join(SERVICES)}')
        SERVICES[found[0]](server, given).serve(found[0])
    server.start(given)
    server.run(given.control_port)


if __name__ == '__main__':
    main()
