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

# post METHOD JSON: the answer; ends the script with its text where it is none.
post() {
  local answer
  answer=$(curl -sS -XPOST "$base/$1" -d "$2")
  [[ $answer == '{"success":true'* ]] || { echo "$1: $answer" >&2; return 1; }
  echo "$answer"
}
# pick EXPRESSION: of the JSON on stdin, by Python.
pick() { /usr/bin/python3 -c "import json,sys; d=json.load(sys.stdin)['data']; print(json.dumps($1) if not isinstance($1,str) else $1)"; }

scene=$(post get_available_scenes '{}' | pick 'd["scene_ids"][0]')
echo "scene:       $scene"
cameras=$(post get_available_cameras "{\"scene_id\":\"$scene\"}")
camera=$(pick 'd["available_cameras"][0]["intrinsics"]' <<<"$cameras")
echo "camera:      $(pick 'd["available_cameras"][0]["logical_id"]' <<<"$cameras") of $(pick 'len(d["available_cameras"])' <<<"$cameras")"
poses=$(post get_available_trajectories "{\"scene_id\":\"$scene\"}")
pose=$(pick 'd["available_trajectories"][0]["trajectory"]["poses"][5]["pose"]' <<<"$poses")
time=$(pick 'd["available_trajectories"][0]["trajectory"]["poses"][5]["timestamp_us"]' <<<"$poses")
echo "pose:        $pose at $time µs"
cat >"$work/request.json" <<JSON
{"scene_id":"$scene","resolution_h":270,"resolution_w":480,"camera_intrinsics":$camera,
 "frame_start_us":"$time","frame_end_us":"$((time + 1))","sensor_pose":{"start_pose":$pose,"end_pose":$pose},
 "image_format":"JPEG","image_quality":90}
JSON
curl -sS --fail-with-body -XPOST "$base/render_rgb?raw=image_bytes" -d @"$work/request.json" -o "$out" -w 'picture:     %{content_type}, %{size_download} bytes'
echo " in $out"
