#!/usr/bin/env bash
# alpasim's services with curl alone: a rollout, then a step of each service that a rollout is made of, and a frame of the video model. Starts
# a stand-in and the proxy on free ports.
# usage: flow.sh [FILE]    where the frame goes; alpasim.jpg otherwise
source "$(dirname "${BASH_SOURCE[0]}")/../flow.sh"
out=${1:-alpasim.jpg}

start_standin alpasim --simulate-seconds 1
start_proxy <<TOML
[upstream.alpasim]
address = "$standin"
proto-path = ["$here/proto"]
method-timeout = ["RuntimeService/simulate=0"]
TOML

# post SERVICE/METHOD JSON: the answer; ends the script with its text where it is none.
post() {
  local answer
  answer=$(curl -sS -XPOST "$base/$1" -d "$2")
  [[ $answer == '{"success":true'* ]] || { echo "$1: $answer" >&2; return 1; }
  echo "$answer"
}
# members NAME: the values of all members of that name in the JSON on stdin, in their order, one a line.
members() { grep -oE "\"$1\":(\"[^\"]*\"|[^],}]+)" | sed -E 's/^[^:]*:"?([^"]*)"?$/\1/'; }

info=$(post RuntimeService/get_runtime_info '{}')
echo "runtime:     $(members nr_workers <<<"$info") workers, $(members scene_id <<<"$info" | paste -s -d ' ')"
rollouts=$(post 'RuntimeService/simulate?defaults=1' '{"available_drivers":[{"ip":"127.0.0.1","port":6789}],"n_concurrent_per_driver":1,
 "rollout_specs":[{"scenario_id":"clipgt-0001","nr_rollouts":1,"session_uuids":["7f0c0d1e-0000-4000-8000-000000000001"]},
                  {"scenario_id":"clipgt-0002","nr_rollouts":1}]}')
sed 's/{"rollout_spec"/\n&/g' <<<"$rollouts" | tail -n +2 | while read -r one; do
  error=$(members error <<<"$one")
  metrics=$(sed -E 's/.*"aggregated_metrics":(\{[^}]*\}).*/\1/' <<<"$one")
  echo "rollout:     $(members scenario_id <<<"$one"): success $(members success <<<"$one"), ${error:-$metrics}"
done

driver=egodriver.EgodriverService
camera=camera_front_wide_120fov
post $driver/start_session '{"session_uuid":"u1","random_seed":"18446744073709551615","debug_info":{"scene_id":"clipgt-0001"},
 "rollout_spec":{"vehicle":{"available_cameras":[{"logical_id":"'$camera'"}]}}}' >"$work/answer"
post $driver/submit_image_observation '{"session_uuid":"u1",
 "camera_image":{"frame_start_us":"1000000","frame_end_us":"1033333","image_bytes":"/9j/2Q==","logical_id":"'$camera'"}}' >"$work/answer"
post $driver/submit_egomotion_observation '{"session_uuid":"u1","dynamic_states":[{"linear_velocity":{"x":10}}],
 "trajectory":{"poses":[{"timestamp_us":"1000000","pose":{"vec":{"x":0},"quat":{"w":1}}}]}}' >"$work/answer"
post $driver/submit_route '{"session_uuid":"u1","route":{"timestamp_us":"1000000","waypoints":[{"x":1},{"x":2}]}}' >"$work/answer"
plan=$(post $driver/drive '{"session_uuid":"u1","time_now_us":"1000000","time_query_us":"1100000"}')
times=$(sed 's/"debug_info".*//' <<<"$plan" | members timestamp_us)
echo "driver:      $(grep -c . <<<"$times") poses until $(tail -n 1 <<<"$times") µs"
post $driver/close_session '{"session_uuid":"u1"}' >"$work/answer"

post VDCService/start_session '{"session_uuid":"u1"}' >"$work/answer"
states=$(post VDCService/run_controller_and_vehicle '{"session_uuid":"u1","future_time_us":"1100000","coerce_dynamic_state":true,
 "state":{"timestamp_us":"1000000","pose":{"quat":{"w":1}},"state":{"linear_velocity":{"x":10.0}}},"pose_reporting_interval_us":"10000",
 "planned_trajectory_in_rig":{"poses":[{"timestamp_us":"1100000","pose":{"vec":{"x":1.0},"quat":{"w":1}}}]}}')
places=$(sed 's/.*"states"//' <<<"$states" | grep -oE '"pose_local_to_rig":\{"vec":\{[^}]*\}')
echo "controller:  $(grep -c . <<<"$places") states, the last at x = $(tail -n 1 <<<"$places" | members x) m"

ground=$(post PhysicsService/ground_intersection '{"scene_id":"clipgt-0001","now_us":"1000000","future_us":"1100000",
 "ego_data":{"aabb":{"size_x":4.5,"size_y":2.0,"size_z":1.6},"ego_trajectory_aabb":{"poses":[{"timestamp_us":"1100000"}]}},
 "other_objects":[{"aabb":{"size_x":4},"pose_pair":{"now_pose":{"quat":{"w":1}},"future_pose":{"quat":{"w":1}}}}]}')
echo "physics:     the car $(sed -E 's/.*"ego_status":\["([A-Z_]*)".*/\1/' <<<"$ground"), the other $(members status <<<"$ground")"

post TrafficService/start_session '{"session_uuid":"u1","scene_id":"clipgt-0001","random_seed":"7","handover_time_us":"500000",
 "logged_object_trajectories":[{"aabb":{"size_x":4.5},"trajectory":{"poses":[]},"object_id":"EGO","is_static":false,
  "label_class":"car"}]}' >"$work/answer"
moved=$(post TrafficService/simulate '{"session_uuid":"u1","time_query_us":"600000","object_trajectory_updates":[]}')
echo "traffic:     $(members object_id <<<"$moved" | paste -s -d ' ') at 600000 µs"

session=$(post WorldModelService/start_session '{"static_world_map":{"hdmap_parquets":"UEsDBA=="},"text_prompt":{"positive":"sunny"},
 "camera_specs":[{"logical_id":"c0","opencv_pinhole_param":{"focal_length_x":500}}],"rig_to_camera":[{"quat":{"w":1}}],"random_seed":"7",
 "initial_frames":[{"data":"iVBORw0KGgo=","format":"PNG"}]}' | members session_id)
curl -sS --fail-with-body -XPOST "$base/WorldModelService/render_video_chunk?raw=camera_outputs%5B0%5D.rgb_frames%5B1%5D.data" -o "$out" \
  -w 'video model: %{content_type}, %{size_download} bytes' \
  -d '{"session_id":{"session_id":"'"$session"'"},"rig_trajectory":{"poses":[]},"dynamic_state":{"actors":[{"class_id":"CAR"}]}}'
echo " in $out"
post RuntimeService/shut_down '{}' >"$work/answer"
