#!/usr/bin/env bash
# NuRec's usual flow with curl alone: scenes, cameras, trajectories, a pose, a picture. Starts a stand-in and the proxy on free ports.
# usage: flow.sh [FILE]    where the picture goes; nurec.jpg otherwise
source "$(dirname "${BASH_SOURCE[0]}")/../flow.sh"
out=${1:-nurec.jpg}

start_standin nurec
start_proxy <<TOML
[upstream.nurec]
address = "$standin"
proto-path = ["$here/proto"]
method-timeout = ["SensorsimService/get_available_cameras=120s", "SensorsimService/render_*=180s"]
TOML
base=$base/SensorsimService

# post METHOD JSON: the answer without its envelope; ends the script with what is said where there is none.
post() {
  local answer
  answer=$(curl -sS --fail-with-body -XPOST "$base/$1?bare=1" -d "$2") || { echo "$1: $answer" >&2; return 1; }
  echo "$answer"
}

# Answers are one line of JSON with the members in the order of the schema, so that what is wanted of them can be cut out.
scenes=$(post get_available_scenes '{}')
scene=$(sed -E 's/^\{"scene_ids":\["([^"]*)".*/\1/' <<<"$scenes")
echo "scene:       $scene"
cameras=$(post get_available_cameras "{\"scene_id\":\"$scene\"}")
camera=${cameras#*'"intrinsics":'}
camera=${camera%%',"rig_to_camera"'*}  # the first one's intrinsics go back into the request as they are
echo "camera:      $(sed -E 's/.*"logical_id":"([^"]*)".*/\1/' <<<"$camera") of $(grep -o '"intrinsics":' <<<"$cameras" | grep -c .)"
trajectories=$(post get_available_trajectories "{\"scene_id\":\"$scene\"}")
sixth=$(grep -oE '"pose":\{("vec":\{[^}]*\},?)?("quat":\{[^}]*\})?\},"timestamp_us":"[0-9]+"' <<<"$trajectories" | sed -n 6p)
pose=$(sed -E 's/^"pose":(.*),"timestamp_us".*/\1/' <<<"$sixth")
time=$(sed -E 's/.*"timestamp_us":"([0-9]+)".*/\1/' <<<"$sixth")
echo "pose:        $pose at $time µs"
cat >"$work/request.json" <<JSON
{"scene_id":"$scene","resolution_h":270,"resolution_w":480,"camera_intrinsics":$camera,
 "frame_start_us":"$time","frame_end_us":"$((time + 1))","sensor_pose":{"start_pose":$pose,"end_pose":$pose},
 "image_format":"JPEG","image_quality":90}
JSON
curl -sS --fail-with-body -XPOST "$base/render_rgb?raw=image_bytes" -d @"$work/request.json" -o "$out" -w 'picture:     %{content_type}, %{size_download} bytes'
echo " in $out"
