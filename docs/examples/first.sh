#!/usr/bin/env bash
# Lists the nodes of the scene, makes the teapot red, waits until the picture is final, saves it as PNG and as EXR with float data.
#   first.sh [PROXY [NODE]]      needs curl and awk; writes frame.png and frame.exr into the current directory
set -euo pipefail
proxy=${1:-http://localhost:51023}
node=${2:-teapot.obj}

# call Service/method '{…}': the answer's data. A failed call ends the script with the reason.
call() {
  local answer
  answer=$(curl -sS -X POST "$proxy/$1?bare=1" -d "${2:-}")
  if [[ $answer == *'"success":false'* ]]; then echo "$1: $answer" >&2; return 1; fi
  printf '%s' "$answer"
}

# first NAME: the first member of that name in the JSON on stdin, without quotes; empty if there is none.
first() { sed -n "s/\"$1\":\"\{0,1\}\([^,\"}]*\)/\n\1\n/; s/^[^\n]*\n\([^\n]*\)\n.*/\1/p"; }

# object HANDLE TYPE: how a request names an object.
object() { printf '{"handle":"%s","type":"%s"}' "$1" "$2"; }

# is_complete SAMPLES TARGET: whether a picture has all its samples. Both may have decimals, which bash does not know.
is_complete() { awk -v samples="$1" -v target="$2" 'BEGIN { exit !(samples + 0 >= target + 0 && target + 0 > 0) }'; }

# wait_until_final TYPE: until the newest frame shows the scene as it is now, has all its samples, and has pixels of that
# ImageType (0: bytes, 2: floats).
wait_until_final() {
  local level seq=0 facts deadline=$((SECONDS + 300))
  level=$(call ApiRenderEngine/getCurrentChangeLevel | first value)
  while ((SECONDS < deadline)); do
    # Answers at once if there is a frame after number seq; otherwise waits for one, up to 10 s. Without one the answer is empty,
    # or an error status (22) if there has been no frame at all.
    facts=$(curl -s -f "$proxy/render/frame.json?after=$seq&wait=10000") || [[ $? -eq 22 ]] || return 1
    [[ -n $facts ]] || continue
    seq=$(first seq <<<"$facts")
    if [[ $(first type <<<"${facts#*render_images}") == "$1" && $(first value <<<"$facts") -ge ${level:-0} ]] &&
      is_complete "$(first tonemappedSamplesPerPixel <<<"$facts")" "$(first maxSamplesPerPixel <<<"$facts")"; then
      return 0
    fi
  done
  echo "the render was not final after 300 s" >&2
  return 1
}

# 1. The nodes at the top of the scene.
root=$(call ApiProjectManager/rootNodeGraph | first handle)
list=$(call ApiNodeGraph/getOwnedItems "{\"objectPtr\":$(object "$root" ApiNodeGraph)}" | first handle)
count=$(call ApiItemArray/size "{\"objectPtr\":$(object "$list" ApiItemArray)}" | first result)
found=""
for ((i = 0; i < count; i++)); do
  handle=$(call ApiItemArray/get "{\"objectPtr\":$(object "$list" ApiItemArray),\"index\":$i}" | first handle)
  name=$(call ApiItem/name "{\"objectPtr\":$(object "$handle" ApiItem)}" | first result)
  echo "node $handle $name"
  if [[ $name == "$node" ]]; then found=$handle; fi
done
[[ -n $found ]] || { echo "there is no node called $node" >&2; exit 1; }

# 2. Its material, and the colour that the material has.
material=$(call ApiNode/connectedNodeIx "{\"objectPtr\":$(object "$found" ApiNode),\"pinIx\":0,
  \"enterWrapperNode\":true}" | first handle)
colour=$(call ApiNode/connectedNode "{\"objectPtr\":$(object "$material" ApiNode),\"pinId\":\"P_DIFFUSE\"}" | first handle)
call ApiItem/setValueByAttrID "{\"item_ref\":$(object "$colour" ApiItem),\"attribute_id\":\"A_VALUE\",
  \"float3_value\":{\"x\":0.8,\"y\":0.05,\"z\":0.05}}" >/dev/null

# 3. Without this the picture stays as it is.
call ApiChangeManager/update >/dev/null

# 4. The picture as people see it.
wait_until_final 0
curl -sS -f -o frame.png "$proxy/render/frame.png"

# 5. The picture as data. Octane sends bytes unless it is told to send floats; then it has to render once more.
call ApiRenderEngine/setAsyncTonemapParams1 '{"bufferType":"TONEMAP_BUFFER_TYPE_HDR_FLOAT",
  "colorSpace":"NAMED_COLOR_SPACE_LINEAR_SRGB","premultipliedAlphaType":1}' >/dev/null
call ApiRenderEngine/restartRendering >/dev/null
wait_until_final 2
curl -sS -f -o frame.exr "$proxy/render/frame.exr"

# 6. Back to bytes, which are a quarter of the size.
call ApiRenderEngine/setAsyncTonemapParams1 '{"bufferType":"TONEMAP_BUFFER_TYPE_LDR",
  "colorSpace":"NAMED_COLOR_SPACE_SRGB","premultipliedAlphaType":1}' >/dev/null
call ApiRenderEngine/restartRendering >/dev/null
echo "saved frame.png and frame.exr"
