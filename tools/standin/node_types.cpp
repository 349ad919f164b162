// Stand-in renderer: the table of node types. Defaults are those of the teapot project where it has them.
#include "standin/node_types.hpp"

#include "standin/node_type_builder.hpp"

namespace octane::standin {
namespace {

using T = AttributeType;

Value no_floats(T type) {
    return Value::floats(type, {});
}

void add_values(NodeTypeBuilder& b) {
    b.type("NT_FLOAT", "PT_FLOAT", "Float value", "Values").attribute("A_VALUE", no_floats(T::float4), "The value");
    b.type("NT_INT", "PT_INT", "Int value", "Values").attribute("A_VALUE", Value::ints(T::int4, {}), "The value");
    b.type("NT_BOOL", "PT_BOOL", "Bool value", "Values").attribute("A_VALUE", Value::of(false), "The value");
    b.type("NT_ENUM", "PT_ENUM", "Enum value", "Values").attribute("A_VALUE", Value::ints(T::int1, {}), "The value");
    b.type("NT_STRING", "PT_STRING", "String", "Values").attribute("A_VALUE", Value::words(T::string, ""), "The value");
    b.type("NT_IMAGE_RESOLUTION", "PT_INT", "Image resolution", "Values")
        .attribute("A_VALUE", Value::ints(T::int3, {1024, 512, 0, 0}), "Width and height in pixels");
    b.type("NT_SUN_DIRECTION", "PT_FLOAT", "Sun direction", "Values")
        .attribute("A_VALUE", Value::floats(T::float3, {0, 1, 0, 0}), "Direction towards the sun")
        .real("P_LATITUDE", "Latitude", {-37.05F}, -90, 90)
        .real("P_LONGITUDE", "Longitude", {174.9F}, -180, 180)
        .whole("P_MONTH", "Month", {3}, 1, 12)
        .whole("P_DAY", "Day", {1}, 1, 31)
        .real("P_HOUR", "Local time", {10}, 0, 24)
        .real("P_GMT_OFFSET", "GMT offset", {12}, -12, 12);
    b.type("NT_TRANSFORM_3D", "PT_TRANSFORM", "3D transformation", "Values")
        .real("P_ROTATION", "Rotation", {0, 0, 0}, -360, 360)
        .real("P_SCALE", "Scale", {1, 1, 1}, 0, 1000)
        .real("P_TRANSLATION", "Translation", {0, 0, 0}, -1000, 1000);
    b.type("NT_TRANSFORM_VALUE", "PT_TRANSFORM", "Transform value", "Values")
        .attribute("A_TRANSFORM", Value::identity(), "The matrix");
}

void add_textures(NodeTypeBuilder& b) {
    b.type("NT_TEX_FLOAT", "PT_TEXTURE", "Greyscale color", "Textures").attribute("A_VALUE", no_floats(T::float1), "The value");
    b.type("NT_TEX_RGB", "PT_TEXTURE", "RGB color", "Textures")
        .attribute("A_VALUE", Value::floats(T::float3, {0.7F, 0.7F, 0.7F, 0}), "The color");
    b.type("NT_TEX_COLOUR_VERTEXATTRIBUTE", "PT_TEXTURE", "Color vertex attribute", "Textures").words("P_NAME", "Name", "");
    b.type("NT_TEX_IMAGE", "PT_TEXTURE", "RGB image", "Textures")
        .attribute("A_FILENAME", Value::words(T::filename, ""), "The image file")
        .attribute("A_RELOAD", Value::of(false), "Reads the file again")
        .grey("P_POWER", "Power", 1)
        .toggle("P_INVERT", "Invert", false);
}

void add_materials(NodeTypeBuilder& b) {
    b.type("NT_MAT_DIFFUSE", "PT_MATERIAL", "Diffuse material", "Materials")
        .color("P_DIFFUSE", "Diffuse", 0.7F, 0.7F, 0.7F)
        .node("P_TRANSMISSION", "PT_TEXTURE", "Transmission", "")
        .grey("P_ROUGHNESS", "Roughness", 0)
        .node("P_MEDIUM", "PT_MEDIUM", "Medium", "")
        .grey("P_OPACITY", "Opacity", 1)
        .node("P_BUMP", "PT_TEXTURE", "Bump", "")
        .node("P_NORMAL", "PT_TEXTURE", "Normal", "")
        .node("P_DISPLACEMENT", "PT_DISPLACEMENT", "Displacement", "")
        .toggle("P_SMOOTH", "Smooth", true)
        .node("P_EMISSION", "PT_EMISSION", "Emission", "");
    b.type("NT_MAT_GLOSSY", "PT_MATERIAL", "Glossy material", "Materials")
        .color("P_DIFFUSE", "Diffuse", 0.7F, 0.7F, 0.7F)
        .grey("P_SPECULAR", "Specular", 1)
        .grey("P_ROUGHNESS", "Roughness", 0.0632F)
        .real("P_INDEX", "Index", {1.3F}, 1, 8)
        .grey("P_OPACITY", "Opacity", 1)
        .toggle("P_SMOOTH", "Smooth", true);
    b.type("NT_MAT_SPECULAR", "PT_MATERIAL", "Specular material", "Materials")
        .grey("P_REFLECTION", "Reflection", 1)
        .grey("P_TRANSMISSION", "Transmission", 1)
        .grey("P_ROUGHNESS", "Roughness", 0)
        .real("P_INDEX", "Index", {1.3F}, 1, 8)
        .grey("P_OPACITY", "Opacity", 1)
        .toggle("P_SMOOTH", "Smooth", true);
    b.type("NT_MAT_UNIVERSAL", "PT_MATERIAL", "Universal material", "Materials")
        .color("P_ALBEDO", "Albedo", 0.7F, 0.7F, 0.7F)
        .grey("P_METALLIC", "Metallic", 0)
        .grey("P_SPECULAR", "Specular", 1)
        .grey("P_ROUGHNESS", "Roughness", 0.0632F)
        .grey("P_OPACITY", "Opacity", 1)
        .toggle("P_SMOOTH", "Smooth", true);
}

void add_geometry(NodeTypeBuilder& b) {
    b.type("NT_GEO_MESH", "PT_GEOMETRY", "Mesh", "Geometry")
        .attribute("A_FILENAME", Value::words(T::filename, ""), "The geometry file")
        .attribute("A_RELOAD", Value::of(false), "Reads the file again")
        .attribute("A_VERTICES", no_floats(T::float3), "Vertices", true)
        .attribute("A_NORMALS", no_floats(T::float3), "Normals", true)
        .attribute("A_VERTICES_PER_POLY", Value::ints(T::int1, {}), "Vertices of each polygon", true)
        .attribute("A_POLY_VERTEX_INDICES", Value::ints(T::int1, {}), "Vertex indices of all polygons", true)
        .attribute("A_POLY_NORMAL_INDICES", Value::ints(T::int1, {}), "Normal indices of all polygons", true)
        .attribute("A_MATERIAL_NAMES", Value::words(T::string, ""), "Materials", true)
        .attribute("A_OBJECT_NAMES", Value::words(T::string, ""), "Objects", true);
    b.type("NT_GEO_GROUP", "PT_GEOMETRY", "Geometry group", "Geometry")
        .attribute("A_PIN_COUNT", Value::ints(T::int1, {}), "Number of inputs");
    b.type("NT_GEO_PLACEMENT", "PT_GEOMETRY", "Placement", "Geometry")
        .node("P_TRANSFORM", "PT_TRANSFORM", "Transformation", "NT_TRANSFORM_3D")
        .node("P_GEOMETRY", "PT_GEOMETRY", "Geometry", "");
    b.type("NT_OBJECTLAYER", "PT_OBJECTLAYER", "Object layer", "Geometry").whole("P_LAYER_ID", "Render layer ID", {1}, 1, 255);
}

void add_camera(NodeTypeBuilder& b) {
    b.type("NT_CAM_THINLENS", "PT_CAMERA", "Thin lens camera", "Cameras")
        .group("Physical camera parameters")
        .toggle("P_ORTHOGRAPHIC", "Orthographic", false)
        .real("P_SENSOR_WIDTH", "Sensor width", {36}, 1, 100)
        .real("P_FOCAL_LENGTH", "Focal length", {50}, 1, 1200)
        .real("P_FSTOP", "F-stop", {2.8F}, 0.5F, 1000)
        .group("Viewing angle")
        .real("P_FOV", "Field of view", {39.5978F}, 1, 179)
        .real("P_SCALE", "Scale of view", {18}, 0.001F, 10000)
        .real("P_DISTORTION", "Distortion", {0}, 0, 1)
        .real("P_LENS_SHIFT", "Lens shift", {0, 0}, -100, 100)
        .toggle("P_PERSPECTIVE_CORRECTION", "Perspective correction", false)
        .real("P_PIXEL_ASPECT_RATIO", "Pixel aspect ratio", {1}, 0.1F, 10)
        .group("Clipping")
        .real("P_NEAR_CLIP_DEPTH", "Near clip depth", {0}, 0, 1e10F)
        .real("P_FAR_CLIP_DEPTH", "Far clip depth", {1e10F}, 0, 1e10F)
        .group("Depth of field")
        .toggle("P_AUTOFOCUS", "Auto-focus", true)
        .real("P_FOCAL_DEPTH", "Focal depth", {1.118F}, 0, 1e6F)
        .real("P_APERTURE", "Aperture", {0.8929F}, 0, 100)
        .real("P_APERTURE_ASPECT_RATIO", "Aperture aspect ratio", {1}, 0.1F, 10)
        .real("P_APERTURE_EDGE", "Aperture edge", {1}, 1, 3)
        .whole("P_BOKEH_SIDECOUNT", "Bokeh side count", {6}, 3, 12)
        .real("P_BOKEH_ROTATION", "Bokeh rotation", {0}, -1, 1)
        .real("P_BOKEH_ROUNDEDNESS", "Bokeh roundedness", {1}, 0, 1)
        .group("Position")
        .real("P_POSITION", "Position", {1.1445F, 11.985F, 20.6075F}, -1e6F, 1e6F)
        .real("P_TARGET", "Target", {0.178F, 1.336F, -0.668F}, -1e6F, 1e6F)
        .real("P_UP", "Up-vector", {0, 1, 0}, -1, 1)
        .group("Stereo")
        .choice("P_STEREO_OUTPUT", "Stereo output", 0, {{0, "Disabled"}, {1, "Left"}, {2, "Right"}, {3, "Side-by-side"}})
        .choice("P_STEREO_MODE", "Stereo mode", 0, {{0, "Off-axis"}, {1, "Parallel"}})
        .real("P_STEREO_DIST", "Eye distance", {0.065F}, 0, 10)
        .toggle("P_STEREO_SWAP_EYES", "Swap eyes", false);
}

void add_environment(NodeTypeBuilder& b) {
    b.type("NT_ENV_DAYLIGHT", "PT_ENVIRONMENT", "Daylight environment", "Environments")
        .node("P_SUN_DIR", "PT_FLOAT", "Sun direction", "NT_SUN_DIRECTION")
        .real("P_TURBIDITY", "Sky turbidity", {2.4F}, 2, 15)
        .real("P_POWER", "Power", {1}, 0, 1000)
        .real("P_SUN_INTENSITY", "Sun intensity", {1}, 0, 1000)
        .real("P_NORTHOFFSET", "North offset", {0}, -1, 1)
        .real("P_SUN_SIZE", "Sun size", {1}, 0.1F, 30)
        .color("P_SKY_COLOR", "Sky color", 0.05F, 0.3F, 1)
        .color("P_SUNSET_COLOR", "Sunset color", 0.6F, 0.12F, 0.02F);
    b.type("NT_ENV_TEXTURE", "PT_ENVIRONMENT", "Texture environment", "Environments")
        .color("P_TEXTURE", "Texture", 1, 1, 1)
        .real("P_POWER", "Power", {1}, 0, 1000);
}

void add_settings(NodeTypeBuilder& b) {
    b.type("NT_FILM_SETTINGS", "PT_FILM_SETTINGS", "Film settings", "Render settings")
        .resolution("P_RESOLUTION", "Resolution", 1024, 512)
        .whole("P_REGION_OFFSET", "Region start", {0, 0}, 0, 16384)
        .whole("P_REGION_SIZE", "Region size", {65536, 65536}, 1, 65536)
        .toggle("P_LOCK_RELATIVE_REGION", "Keep relative region", false);
    for (const char* kernel : {"NT_KERN_DIRECTLIGHTING", "NT_KERN_PATHTRACING", "NT_KERN_PMC"})
        b.type(kernel, "PT_KERNEL", "Kernel", "Kernels")
            .whole("P_MAX_SAMPLES", "Max. samples", {500}, 1, 1000000)
            .choice("P_GI_MODE", "GI mode", 3, {{0, "None"}, {1, "Ambient"}, {2, "Sample environment"}, {3, "Diffuse"}})
            .whole("P_SPECULAR_DEPTH", "Specular depth", {5}, 1, 1024)
            .whole("P_DIFFUSE_DEPTH", "Diffuse depth", {2}, 1, 8)
            .real("P_RAY_EPSILON", "Ray epsilon", {0.0001F}, 0, 1000)
            .real("P_FILTERSIZE", "Filter size", {1.2F}, 1, 8)
            .real("P_AO_DISTANCE", "AO distance", {3}, 0.01F, 1024);
    b.type("NT_IMAGER_CAMERA", "PT_IMAGER", "Camera imager", "Render settings")
        .real("P_EXPOSURE", "Exposure", {1}, 0, 4096)
        .real("P_GAMMA", "Gamma", {1}, 0.1F, 32)
        .real("P_VIGNETTING", "Vignetting", {0}, 0, 1)
        .real("P_SATURATION", "Saturation", {1}, 0, 4);
    b.type("NT_POSTPROCESSING", "PT_POSTPROCESSING", "Post processing", "Render settings")
        .toggle("P_ON_OFF", "Enable", false)
        .real("P_BLOOM_POWER", "Bloom power", {1}, 0, 100000)
        .real("P_GLARE_POWER", "Glare power", {0.01F}, 0, 100000);
    b.type("NT_ANIMATION_SETTINGS", "PT_ANIMATION_SETTINGS", "Animation settings", "Render settings")
        .choice("P_SHUTTER_ALIGNMENT", "Shutter alignment", 1, {{1, "Before"}, {2, "Symmetric"}, {3, "After"}})
        .real("P_SHUTTER_TIME", "Shutter time", {20}, 0, 100000)
        .real("P_SUBFRAME_START", "Subframe start", {0}, 0, 100)
        .real("P_SUBFRAME_END", "Subframe end", {100}, 0, 100);
    b.type("NT_RENDER_LAYER", "PT_RENDER_LAYER", "Render layer", "Render settings")
        .toggle("P_ENABLED", "Enable", false)
        .whole("P_LAYER_ID", "Active layer ID", {1}, 1, 255);
    b.type("NT_RENDER_PASSES", "PT_RENDER_PASSES", "Render AOV group", "Render settings");
    b.type("NT_OUTPUT_AOV_GROUP", "PT_OUTPUT_AOV_GROUP", "Output AOV group", "Render settings")
        .toggle("P_LOCK_RENDER_AOVS", "Lock render AOVs", false);
}

void add_target(NodeTypeBuilder& b) {
    b.type("NT_RENDERTARGET", "PT_RENDERTARGET", "Render target", "Render settings")
        .node("P_CAMERA", "PT_CAMERA", "Camera", "NT_CAM_THINLENS")
        .node("P_ENVIRONMENT", "PT_ENVIRONMENT", "Environment", "NT_ENV_DAYLIGHT")
        .node("P_VISIBLE_ENVIRONMENT", "PT_ENVIRONMENT", "Visible environment", "")
        .node("P_MESH", "PT_GEOMETRY", "Geometry", "")
        .node("P_FILM_SETTINGS", "PT_FILM_SETTINGS", "Film settings", "NT_FILM_SETTINGS")
        .node("P_ANIMATION", "PT_ANIMATION_SETTINGS", "Animation", "NT_ANIMATION_SETTINGS")
        .node("P_KERNEL", "PT_KERNEL", "Kernel", "NT_KERN_DIRECTLIGHTING")
        .node("P_RENDER_LAYER", "PT_RENDER_LAYER", "Render layer", "NT_RENDER_LAYER")
        .node("P_RENDER_PASSES", "PT_RENDER_PASSES", "Render AOVs", "")
        .node("P_OUTPUT_AOVS", "PT_OUTPUT_AOV_GROUP", "Output AOVs", "NT_OUTPUT_AOV_GROUP")
        .node("P_IMAGER", "PT_IMAGER", "Imager", "NT_IMAGER_CAMERA")
        .node("P_POST_PROCESSING", "PT_POSTPROCESSING", "Post processing", "NT_POSTPROCESSING");
}

}  // namespace

NodeTypes::NodeTypes(const Schema& schema) {
    NodeTypeBuilder builder(schema);
    add_values(builder);
    add_textures(builder);
    add_materials(builder);
    add_geometry(builder);
    add_camera(builder);
    add_environment(builder);
    add_settings(builder);
    add_target(builder);
    types_ = builder.take();
}

const NodeType* NodeTypes::find(int id) const {
    const auto found = types_.find(id);
    return found == types_.end() ? nullptr : &found->second;
}

std::vector<int> NodeTypes::compatible_with(int pin_type) const {
    std::vector<int> out;
    for (const auto& [id, type] : types_)
        if (type.out_type == pin_type) out.push_back(id);
    return out;
}

std::uint32_t NodeTypes::color_of_pin_type(int pin_type) {
    const auto hue = static_cast<std::uint32_t>(pin_type) * 2654435761U;  // spread over the colors, the same each time
    return 0xff404040U | (hue & 0x00bfbfbfU);
}

}  // namespace octane::standin
