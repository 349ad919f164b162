#!/usr/bin/env bash
# The image stream of an rc_visard with curl alone: sets as events, a picture, a depth map. Starts a stand-in and the proxy on free ports.
# usage: flow.sh [FOLDER]    where the pictures go; the present one otherwise
source "$(dirname "${BASH_SOURCE[0]}")/../flow.sh"
out=${1:-.}

start_standin rc_visard --width 320 --height 240
start_proxy <<TOML
[upstream.visard]
address = "$standin"
proto-path = ["$here/proto"]
allow-get = ["ImageInterface/StreamImageSets"]
TOML
stream=$base/ImageInterface/StreamImageSets

echo "events:      $(curl -sSN -XPOST "$stream" -H 'Accept: text/event-stream' -d '{"left_enabled":true}' | head -c 100000 | grep -c '^data: {') sets in 100 kB"
for picture in left.data:left.png disparity.image.data:depth.png; do
  file=$out/${picture#*:}
  curl -sS --fail-with-body "$stream?left_enabled=true&disparity_enabled=true&raw=${picture%:*}&picture=png" -o "$file" \
    -w "picture:     %{content_type}, %{size_download} bytes in $file\n"
done
curl -sS --fail-with-body "$stream?mesh_enabled=true&raw=mesh.data" -o "$out/mesh.ply" -w "mesh:        %{content_type}, %{size_download} bytes in $out/mesh.ply\n"
