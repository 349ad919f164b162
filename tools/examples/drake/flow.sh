#!/usr/bin/env bash
# What Drake's glTF client sends, with curl alone: a colour, a depth and a label picture of one scene, and a mistake. Starts a stand-in and the
# proxy on free ports.
# usage: flow.sh [FOLDER]    where the pictures go; the present one otherwise
source "$(dirname "${BASH_SOURCE[0]}")/../flow.sh"
out=${1:-.}

start_standin drake
start_proxy <<TOML
[upstream.drake]
address = "$standin"
proto-path = ["$here/proto"]
method-timeout = ["RenderServer/Render=0"]

[form.render]
path = "/render"
method = "RenderServer/Render"
raw = "image"
error-shape = "drake"
ignore = ["submit"]
TOML

cat >"$work/0000000000000000001.gltf" <<'JSON'
{"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"name":"world"}]}
JSON

# render TYPE FILE [-F depth]…: the parts in the order of Drake's client, texts by the alphabet and then the scene.
render() {
  local type=$1 file=$2
  shift 2
  curl -sS -H 'Expect:' -F center_x=319.500000 -F center_y=239.500000 -F far=10.000000 -F focal_x=579.411255 -F focal_y=579.411255 \
    -F fov_x=1.006000 -F fov_y=0.785398 -F height=480 -F "image_type=$type" "$@" -F near=0.010000 \
    -F "scene_sha256=$(sha256sum "$work/0000000000000000001.gltf" | cut -d' ' -f1)" -F submit=Render -F width=640 \
    -F "scene=@$work/0000000000000000001.gltf;type=model/gltf+json" "$base/render" -o "$file" \
    -w "$type: %{http_code} %{content_type}, %{size_download} bytes\n"
}

render color "$out/color.png"
render depth "$out/depth.tiff" -F max_depth=5.000000 -F min_depth=0.500000
render label "$out/label.png"
render foo "$work/answer"
echo "it says: $(cat "$work/answer")"
