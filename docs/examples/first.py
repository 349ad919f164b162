#!/usr/bin/env python3
"""Lists the nodes of the scene, makes the teapot red, waits until the picture is final, saves it as PNG and as EXR with float data.

    first.py [PROXY [NODE]]      Python's standard library only; writes frame.png and frame.exr into the current directory
"""

import json
import sys
import time
import urllib.error
import urllib.request

PROXY = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:51023"
NODE = sys.argv[2] if len(sys.argv) > 2 else "teapot.obj"
LDR_RGBA, HDR_RGBA = 0, 2  # ImageType: bytes, floats


def call(method, request=None):
    """The answer's data; members with default values are absent. A failed call raises RuntimeError with the reason."""
    body = json.dumps(request or {}).encode()
    try:
        with urllib.request.urlopen(f"{PROXY}/{method}", data=body, timeout=60) as answer:  # a POST, since it has a body
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method}: {json.load(error)['error']}") from None


def get(path):
    """Status and body. An error status raises urllib.error.HTTPError, but 503 means only that there is no frame yet."""
    try:
        with urllib.request.urlopen(PROXY + path, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        if error.code == 503:
            return 503, b""
        raise


def as_type(reference, kind):
    """The same object for a method of another service: its handle stays, its type is what that service wants."""
    return {"handle": reference["handle"], "type": kind}


def wait_until_final(image_type, limit=300):
    """Until the newest frame shows the scene as it is now, has all its samples, and has pixels of that ImageType."""
    level = int(call("ApiRenderEngine/getCurrentChangeLevel").get("result", {}).get("value", 0))
    after, deadline = 0, time.monotonic() + limit
    while time.monotonic() < deadline:
        # Answers at once if there is a frame after that number; otherwise waits for one, up to 10 s.
        status, body = get(f"/render/frame.json?after={after}&wait=10000")
        if status != 200:
            continue
        frame = json.loads(body)
        after, image = frame["seq"], frame["render_images"]["data"][0]
        is_complete = image["tonemappedSamplesPerPixel"] >= image["maxSamplesPerPixel"] > 0
        if image["type"] == image_type and image["changeLevel"]["value"] >= level and is_complete:
            return
    raise RuntimeError(f"the render was not final after {limit} s")


def save(path, name):
    status, body = get(path)
    if status != 200:
        raise RuntimeError(f"{path}: the answer has status {status} and no picture")
    with open(name, "wb") as file:
        file.write(body)


# 1. The nodes at the top of the scene.
root = call("ApiProjectManager/rootNodeGraph")["result"]
items = call("ApiNodeGraph/getOwnedItems", {"objectPtr": as_type(root, "ApiNodeGraph")})["list"]
nodes = {}
for index in range(call("ApiItemArray/size", {"objectPtr": items}).get("result", 0)):
    item = call("ApiItemArray/get", {"objectPtr": items, "index": index})["result"]
    name = call("ApiItem/name", {"objectPtr": as_type(item, "ApiItem")}).get("result", "")
    nodes[name] = item
    print("node", item["handle"], name)
if NODE not in nodes:
    sys.exit(f"there is no node called {NODE}")

# 2. Its material, and the colour that the material has.
node = as_type(nodes[NODE], "ApiNode")
material = call("ApiNode/connectedNodeIx", {"objectPtr": node, "pinIx": 0, "enterWrapperNode": True})["result"]
colour = call("ApiNode/connectedNode", {"objectPtr": as_type(material, "ApiNode"), "pinId": "P_DIFFUSE"})["result"]
red = {"x": 0.8, "y": 0.05, "z": 0.05}
call("ApiItem/setValueByAttrID", {"item_ref": as_type(colour, "ApiItem"), "attribute_id": "A_VALUE", "float3_value": red})

# 3. Without this the picture stays as it is.
call("ApiChangeManager/update")

# 4. The picture as people see it.
wait_until_final(LDR_RGBA)
save("/render/frame.png", "frame.png")

# 5. The picture as data. Octane sends bytes unless it is told to send floats; then it has to render once more.
floats = {"bufferType": "TONEMAP_BUFFER_TYPE_HDR_FLOAT", "colorSpace": "NAMED_COLOR_SPACE_LINEAR_SRGB"}
call("ApiRenderEngine/setAsyncTonemapParams1", floats | {"premultipliedAlphaType": 1})
call("ApiRenderEngine/restartRendering")
wait_until_final(HDR_RGBA)
save("/render/frame.exr", "frame.exr")

# 6. Back to bytes, which are a quarter of the size.
octets = {"bufferType": "TONEMAP_BUFFER_TYPE_LDR", "colorSpace": "NAMED_COLOR_SPACE_SRGB"}
call("ApiRenderEngine/setAsyncTonemapParams1", octets | {"premultipliedAlphaType": 1})
call("ApiRenderEngine/restartRendering")
print("saved frame.png and frame.exr")
